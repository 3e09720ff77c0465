import type { Api } from './api.ts';
import { ensure, type Settle } from './ensure.ts';
import type { CustomIvr, CustomIvrTarget, Ensured, RoutingTarget } from './types.ts';
import { ivrCollection } from './wire/ivrs.ts';

const ONE = '/customivrs/{target_type}/{target_id}/{ivr_type}';

export interface NewIvr extends CustomIvrTarget {
  readonly name: string;
  readonly description?: string;
  /** Base64 of an MP3. */
  readonly file: string;
  /** An earlier attempt may have been cut off in the middle: look longer before uploading. */
  readonly repeated?: boolean;
}

/** Recorded greetings: of a user (`VM_UNAVAILABLE` …), a department, a call center, an office or a coaching team. */
export const ivrApi = (api: Api, settle: Settle) => {
  const customIvrs = async (target: RoutingTarget): Promise<readonly CustomIvr[]> =>
    (await api.list(ivrCollection, '/customivrs', {}, { target_type: target.type, target_id: target.id })).flatMap((each) => each);
  const of = async ({ target, ivrType }: CustomIvrTarget): Promise<readonly CustomIvr[]> =>
    (await customIvrs(target)).filter((each) => each.ivrType === ivrType);
  const params = ({ target, ivrType }: CustomIvrTarget): Record<string, string> => ({ target_type: target.type, target_id: target.id, ivr_type: ivrType });

  return {
    customIvrs,
    /** Uploads and plays it. Recordings have no hash: one of the same name and type is taken for the same. */
    addCustomIvr: ({ name, description, file, repeated = false, ...target }: NewIvr): Promise<Ensured> =>
      ensure({
        isSo: async () => (await of(target)).some((each) => each.name === name && each.selected),
        write: () =>
          api.write(
            'POST',
            '/customivrs',
            {},
            {
              target_type: target.target.type,
              target_id: target.target.id,
              ivr_type: target.ivrType,
              file,
              name,
              ...(description === undefined ? {} : { description }),
            },
          ),
        settle,
        repeated,
      }),
    /** Plays one that is there. */
    selectCustomIvr: (target: CustomIvrTarget, id: string): Promise<Ensured> =>
      ensure({
        isSo: async () => (await of(target)).some((each) => each.id === id && each.selected),
        write: () => api.write('PATCH', ONE, params(target), { ivr_id: id }),
      }),
    /** The recording is gone for good; nothing but the sound itself would bring it back. */
    removeCustomIvr: (target: CustomIvrTarget, id: string): Promise<Ensured> =>
      ensure({
        isSo: async () => !(await of(target)).some((each) => each.id === id),
        write: () => api.write('DELETE', ONE, params(target), { ivr_id: id }),
      }),
  };
};
