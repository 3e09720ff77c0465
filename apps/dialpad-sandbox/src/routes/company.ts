import { ApiError } from '../api-error.ts';
import { isTrue, paged, type Request, type Route } from '../http.ts';
import type { World } from '../world.ts';

const company = (_: Request, world: World): object => ({
  id: world.companyId,
  name: 'Sandbox Company',
  ...(world.switches.companyDomain === '' ? {} : { domain: world.switches.companyDomain }),
  country: 'us',
  account_type: 'enterprise',
  admin_email: 'admin@example.com',
  office_count: String(world.offices.length),
  state: 'active',
  settings: { allow_ai_training: false, has_callai: world.store.get<boolean>('meta', 'hasCallAi') ?? false },
});

const setSettings = (request: Request, world: World): object => {
  const wanted = request.query.get('has_callai');
  if (wanted !== null && isTrue(wanted) !== (world.store.get<boolean>('meta', 'hasCallAi') ?? false)) {
    world.store.put('meta', 'hasCallAi', isTrue(wanted));
    world.noteWrite('PUT /company/settings', null);
  }
  return company(request, world);
};

export const companyRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/company', handle: company },
  { method: 'PUT', template: '/company/settings', handle: setSettings },
  // Nobody calls anybody here.
  { method: 'GET', template: '/call', handle: ({ query }, world) => paged([], query, world.random, () => null) },
  {
    method: 'GET',
    template: '/call/{id}',
    handle: () => {
      throw new ApiError(404, 'call not found');
    },
  },
];
