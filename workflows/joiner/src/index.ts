export { joiner } from './joiner.workflow.ts';
