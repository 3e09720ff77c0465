import { ApiError } from '../api-error.ts';
import { paged, type Request, type Route } from '../http.ts';
import type { Device } from '../model.ts';
import { deskPhoneShape, userDeviceShape } from '../shapes.ts';
import type { World } from '../world.ts';

const ofKind = (devices: readonly Device[], kind: Device['kind']): Device[] => devices.filter((each) => each.kind === kind);

const deskPhones = ({ params }: Request, world: World): Device[] => ofKind(world.devicesOf(world.user(params['parent_id'] ?? '').id), 'deskphone');

const deskPhone = (request: Request, world: World): Device => {
  const phone = deskPhones(request, world).find((each) => each.id === request.params['id']);
  if (!phone) throw new ApiError(404, 'desk phone not found');
  return phone;
};

const removeDeskPhone = (request: Request, world: World): undefined => {
  const phone = deskPhone(request, world);
  world.store.remove('devices', phone.id);
  world.noteWrite('DELETE /users/{parent_id}/deskphones/{id}', phone.userId);

  return undefined;
};

const userDevices = ({ query }: Request, world: World): object => {
  const userId = query.get('user_id');
  const found = ofKind(userId === null ? world.devices : world.devicesOf(userId), 'userdevice');
  return paged(found, query, world.random, (each) => userDeviceShape(each, world));
};

const userDevice = ({ params }: Request, world: World): object => {
  const found = ofKind(world.devices, 'userdevice').find((each) => each.id === params['id']);
  if (!found) throw new ApiError(404, 'device not found');
  return userDeviceShape(found, world);
};

export const deviceRoutes: readonly Route<World>[] = [
  {
    method: 'GET',
    template: '/users/{parent_id}/deskphones',
    handle: (request, world) => ({ items: deskPhones(request, world).map(deskPhoneShape) }),
  },
  { method: 'GET', template: '/users/{parent_id}/deskphones/{id}', handle: (request, world) => deskPhoneShape(deskPhone(request, world)) },
  { method: 'DELETE', template: '/users/{parent_id}/deskphones/{id}', handle: removeDeskPhone },
  { method: 'GET', template: '/userdevices', handle: userDevices },
  { method: 'GET', template: '/userdevices/{id}', handle: userDevice },
];
