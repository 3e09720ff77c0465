import type { Route } from '../http.ts';
import type { World } from '../world.ts';
import { callRouterRoutes } from './call-routers.ts';
import { companyRoutes } from './company.ts';
import { deviceRoutes } from './devices.ts';
import { lineRoutes } from './groups.ts';
import { ivrRoutes } from './ivrs.ts';
import { memberRoutes } from './members.ts';
import { numberRoutes } from './numbers.ts';
import { officeRoutes } from './offices.ts';
import { callCenterOperatorRoutes } from './operators.ts';
import { statsRoutes } from './stats.ts';
import { userSettingRoutes } from './user-settings.ts';
import { userRoutes } from './users.ts';

/** Everything under `/api/v2`. */
export const apiRoutes: readonly Route<World>[] = [
  ...userRoutes,
  ...userSettingRoutes,
  ...deviceRoutes,
  ...numberRoutes,
  ...lineRoutes,
  ...callCenterOperatorRoutes,
  ...memberRoutes,
  ...officeRoutes,
  ...callRouterRoutes,
  ...ivrRoutes,
  ...statsRoutes,
  ...companyRoutes,
];
