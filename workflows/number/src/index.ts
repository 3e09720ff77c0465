export { number } from './number.workflow.ts';
