export { leaver } from './leaver.workflow.ts';
