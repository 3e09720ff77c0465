/** One file, no script, no font or picture from anywhere. Contrast of all text on its ground is at least 4.5 to 1. */
export const STYLE = `
:root{--ink:#1b2430;--soft:#4f5b6b;--line:#d9dee5;--ground:#fff;--tint:#f5f7f9;--good:#14603a;--good-bg:#e9f4ee;--warn:#7a4300;--warn-bg:#fdf3e3;--bad:#971b1b;--bad-bg:#fbecec;--quiet:#4f5b6b;--quiet-bg:#f0f2f5;--accent:#0b4f6c}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 "Inter","Segoe UI",system-ui,-apple-system,"Helvetica Neue","DejaVu Sans",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
header{border-bottom:2px solid var(--ink);padding-bottom:1rem;margin-bottom:1.5rem}
.eyebrow{margin:0 0 .25rem;color:var(--accent);font-size:.8rem;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
h1{margin:0;font-size:1.9rem;line-height:1.2;font-weight:650;letter-spacing:-.01em}
.sub{margin:.4rem 0 0;color:var(--soft)}
h2{margin:2.6rem 0 .7rem;font-size:1.2rem;line-height:1.3;font-weight:650}
h3{margin:0;font-size:1rem;font-weight:650}
p{margin:.4rem 0}
.lead{color:var(--soft);max-width:46rem}
.none,.quiet{color:var(--soft)}
code,.mono{font-family:ui-monospace,"SFMono-Regular","DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.84em;overflow-wrap:anywhere}
.box{border:1px solid var(--line);border-left:6px solid var(--tone);background:var(--tone-bg);border-radius:6px;padding:1.2rem 1.4rem;margin:0 0 1.2rem}
.good{--tone:var(--good);--tone-bg:var(--good-bg)}.warn{--tone:var(--warn);--tone-bg:var(--warn-bg)}.bad{--tone:var(--bad);--tone-bg:var(--bad-bg)}.quiet-tone{--tone:var(--quiet);--tone-bg:var(--quiet-bg)}
.figure{margin:0;color:var(--tone);font-size:2.3rem;line-height:1.1;font-weight:700;letter-spacing:-.02em}
.says{margin:.35rem 0 0;font-size:1.1rem;font-weight:600}
.more{margin:.2rem 0 0;color:var(--ink)}
.marks{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem;margin:1.1rem 0 0;padding:1rem 0 0;border-top:1px solid var(--line)}
.marks li{margin:0}.marks b{display:block;font-size:.86rem;font-weight:650}
.badge{display:inline-block;padding:.05rem .5rem;border-radius:999px;border:1px solid var(--tone);background:var(--tone-bg);color:var(--tone);font-size:.8rem;font-weight:600;white-space:nowrap}
time{display:block}time.in{display:inline}time .utc,time .local{display:block}time .local{color:var(--soft);font-size:.86em}
table{width:100%;border-collapse:collapse;font-size:.9rem}
caption{text-align:left;color:var(--soft);padding:.7rem 0 .4rem}
th,td{padding:.5rem .7rem .5rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:break-word}
thead th{color:var(--soft);font-size:.8rem;font-weight:600;border-bottom:1px solid var(--ink)}
th[scope=row]{font-weight:600}
.facts th[scope=row]{width:13rem;color:var(--soft);font-weight:500}
.reading{margin:0}.reading div{margin:0}.reading dt{display:inline;color:var(--soft)}.reading dt::after{content:": "}.reading dd{display:inline;margin:0;overflow-wrap:anywhere}.reading .item{display:block;padding-left:.8rem}
.step{border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;margin:0 0 .7rem}
.step header{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:baseline;border:0;padding:0;margin:0 0 .3rem}
.step .where{color:var(--soft);font-size:.86rem}
.cols{display:grid;grid-template-columns:minmax(0,1.1fr) minmax(0,1.4fr) minmax(0,1.6fr);gap:.4rem 1.2rem;font-size:.9rem}
.cols+.cols{border-top:1px dashed var(--line);margin-top:.5rem;padding-top:.5rem}
.cols h4{margin:0;font-size:.78rem;font-weight:600;color:var(--soft)}
.line{list-style:none;margin:0 0 0 .4rem;padding:0 0 0 1.1rem;border-left:2px solid var(--line)}
.line li{position:relative;display:grid;grid-template-columns:13.5rem minmax(0,1fr);gap:0 1.2rem;padding:.3rem 0 .5rem;font-size:.9rem}
.line li::before{content:"";position:absolute;left:calc(-1.1rem - 1px - .275rem);top:.75rem;width:.55rem;height:.55rem;border-radius:50%;background:var(--ground);border:2px solid var(--accent)}
.line li.key::before{background:var(--accent)}
.line .who{color:var(--soft);font-size:.86rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;margin:.6rem 0;font-size:.82rem;line-height:1.5}
@media screen and (max-width:44rem){main{padding:1.5rem 1rem 3rem}.cols,.line li{grid-template-columns:1fr}.figure{font-size:1.8rem}table{font-size:.82rem}th,td{overflow-wrap:anywhere;padding-right:.4rem}.facts th[scope=row]{width:7rem}.badge{white-space:normal}}
@page{size:A4;margin:17mm 15mm 19mm;@bottom-left{content:var(--foot);font:8pt "DejaVu Sans",Arial,sans-serif;color:#4f5b6b}@bottom-right{content:counter(page) " / " counter(pages);font:8pt "DejaVu Sans",Arial,sans-serif;color:#4f5b6b}}
@media print{
html,body{font-size:9.5pt}body{-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;padding:0}
h2{margin-top:1.6rem;break-after:avoid}.step header,thead,caption{break-after:avoid}
.step,.box,.line li,tr,.marks li{break-inside:avoid}
.step.long{break-inside:auto}
thead{display:table-header-group}
a{color:inherit;text-decoration:none}
}`;
