export { startInstance, type Instance, type Local } from './instance.ts';
export { startTemporal } from './parts.ts';
export { root } from './root.ts';
export { freePorts, outsideOf, type Settings } from './settings.ts';
export { tellHook } from './demo/hr.ts';
export { handover } from './cli/handover.ts';
export { startProcess, type Running } from './processes.ts';
export { localSecrets } from './secrets.ts';
