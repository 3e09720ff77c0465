import type { Api } from './api.ts';
import { ensure } from './ensure.ts';
import type { DeskPhone, Ensured, UserDevice } from './types.ts';
import { deskPhone, userDevice } from './wire/devices.ts';

export const deviceApi = (api: Api) => {
  const deskPhones = (userId: string): Promise<readonly DeskPhone[]> => api.whole(deskPhone, '/users/{parent_id}/deskphones', { parent_id: userId });

  return {
    deskPhones,
    /** Apps and browsers. When one last registered is the nearest that the API comes to "last active". */
    userDevices: (userId: string): Promise<readonly UserDevice[]> => api.list(userDevice, '/userdevices', {}, { user_id: userId }),
    /** Of everybody, for reports: one list instead of one call per user. */
    allUserDevices: (): Promise<readonly UserDevice[]> => api.list(userDevice, '/userdevices'),

    removeDeskPhone: (userId: string, phoneId: string): Promise<Ensured> =>
      ensure({
        isSo: async () => !(await deskPhones(userId)).some((each) => each.id === phoneId),
        write: () => api.write('DELETE', '/users/{parent_id}/deskphones/{id}', { parent_id: userId, id: phoneId }),
      }),
  };
};
