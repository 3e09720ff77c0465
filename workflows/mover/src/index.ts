export { mover } from './mover.workflow.ts';
