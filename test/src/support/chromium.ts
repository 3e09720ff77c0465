import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium of this machine (`HANDOVER_CHROMIUM`, or where they usually are); null when there is none: its tests are skipped. */
export const chromiumPath = [process.env['HANDOVER_CHROMIUM'], ...PLACES].find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null;

export const chromiumArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** Runs in the page: elements that reach beyond it, and would be cut off on paper. */
export const CUT_OFF = `(() => {
  const root = document.documentElement;
  const wide = root.scrollWidth > root.clientWidth + 1 ? ['the page: ' + root.scrollWidth + ' in ' + root.clientWidth] : [];
  const out = [...document.querySelectorAll('main *')].filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1);
  return [...wide, ...out.slice(0, 5).map((each) => each.tagName + ': ' + (each.textContent ?? '').slice(0, 60))];
})()`;

/** Runs in the page: texts whose contrast to their ground is under WCAG's 4.5 to 1. */
export const FAINT_TEXTS = `(() => {
  const rgb = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if ((color[3] ?? 1) > 0.5 && color.length >= 3) return color;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('main *')].flatMap((element) => {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '')) return [];
    const [one, two] = [luminance(rgb(getComputedStyle(element).color)), luminance(ground(element))];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    return contrast < 4.5 ? [element.tagName + '.' + element.className + ': ' + contrast.toFixed(2)] : [];
  });
})()`;
