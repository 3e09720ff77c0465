export { bundleWorkflows } from './bundle.ts';
export { bodiesIn, compose, type Composed, type Parts } from './compose.ts';
export { addSearchAttributes, setUpNamespace } from './temporal-setup.ts';
export { createWorkers, startRelays, type Temporal } from './worker.ts';
export { restartLost } from './case-guard.ts';
export { fileAnchor, webhookAnchor, startAnchoring, type Anchor } from './anchors/index.ts';
export { signerIn } from './checkpoint-signer.ts';
export * from './reshred.ts';
export { startAuditing } from './auditing.ts';
