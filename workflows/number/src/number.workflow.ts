import { agreedTo, perform, runbook } from '@handover/workflow-kit';

/** Asked for first, looked at once more, and only then changed: a released number is gone. */
export const number = runbook({
  carryOut: async (desk) => {
    // A case has one of the two gates; the other is open as if nobody had to be asked.
    if (!(await agreedTo(desk, 'number'))) return;
    if (!(await agreedTo(desk, 'number-release'))) return;

    await perform(desk, ['changing']);
  },
});
