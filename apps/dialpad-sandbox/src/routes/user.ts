import { ApiError } from '../api-error.ts';
import type { Request } from '../http.ts';
import type { User } from '../model.ts';
import type { World } from '../world.ts';

export const one = (request: Request, world: World): User => world.user(request.params['id'] ?? '');

export const oneNotDeleted = (request: Request, world: World): User => {
  const user = one(request, world);
  if (user.state === 'deleted') throw new ApiError(409, 'the user is deleted');
  return user;
};

/** @throws ApiError 409 when there would be no active Company Admin. */
export const needAnotherAdmin = (userId: string, world: World): void => {
  const others = world.store.lookup<User>('users', 'admin', 'yes').filter((each) => each.id !== userId);
  if (others.length === 0) throw new ApiError(409, 'the last company admin cannot be removed');
};
