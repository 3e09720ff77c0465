import { id, needed, oneOf, text, textIn, type Fields } from '../fields.ts';
import { ApiError } from '../api-error.ts';
import { neededId, paged, type Request, type Route } from '../http.ts';
import type { Ivr } from '../model.ts';
import { ivrShape } from '../shapes.ts';
import type { World } from '../world.ts';
import { needTarget } from '../routing.ts';
import { ivrTypes } from './ivr-types.ts';

const OWNERS = ['callcenter', 'coachingteam', 'department', 'office', 'user'];
const ONE = '/customivrs/{target_type}/{target_id}/{ivr_type}';

const userIdOf = ({ targetType, targetId }: Ivr): string | null => (targetType === 'user' ? targetId : null);

const ivrsOf = (type: string, targetId: string, world: World): Ivr[] =>
  world.store.all<Ivr>('ivrs').filter((each) => each.targetType === type && each.targetId === targetId);

const collectionShape = (ivrType: string, ivrs: readonly Ivr[]): object => ({ ivr_type: ivrType, ivrs: ivrs.map(ivrShape) });

const needOwner = (type: string, targetId: string, world: World): void => {
  if (!OWNERS.includes(type)) throw new ApiError(400, `target_type is one of ${OWNERS.join(', ')}`);
  if (type === 'coachingteam') world.group('coachingteam', targetId);
  else needTarget(type, targetId, world);
};

const list = ({ query }: Request, world: World): object => {
  const [type, targetId] = [query.get('target_type'), query.get('target_id')];
  if (type === null || targetId === null) throw new ApiError(400, 'target_type and target_id are required');
  needOwner(type, targetId, world);
  const ivrs = ivrsOf(type, targetId, world);
  const types = [...new Set(ivrs.map((each) => each.ivrType))].sort();

  return paged(types, query, world.random, (ivrType) =>
    collectionShape(
      ivrType,
      ivrs.filter((each) => each.ivrType === ivrType),
    ),
  );
};

/** The newest recording of a type is the one that is played. */
const create = ({ body }: Request, world: World): object => {
  const [targetType, targetId, ivrType] = [neededId(body, 'target_type'), neededId(body, 'target_id'), neededId(body, 'ivr_type')];
  needOwner(targetType, targetId, world);
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(neededId(body, 'file'))) throw new ApiError(400, 'file must be base64');
  for (const each of ivrsOf(targetType, targetId, world).filter((one) => one.ivrType === ivrType && one.selected)) put({ ...each, selected: false }, world);
  const ivr: Ivr = {
    id: world.newId(),
    targetType,
    targetId,
    ivrType,
    name: textIn(body, 'name') ?? 'greeting.mp3',
    description: textIn(body, 'description'),
    selected: true,
    added: world.nowMs,
  };
  put(ivr, world);
  world.noteWrite('POST /customivrs', userIdOf(ivr));

  return ivrShape(ivr);
};

const put = (ivr: Ivr, world: World): void => world.store.put('ivrs', ivr.id, ivr);

const chosen = ({ params, body }: Request, world: World): { ivr: Ivr; siblings: Ivr[] } => {
  const siblings = ivrsOf(params['target_type'] ?? '', params['target_id'] ?? '', world).filter((each) => each.ivrType === params['ivr_type']);
  const ivr = siblings.find((each) => each.id === neededId(body, 'ivr_id'));
  if (!ivr) throw new ApiError(404, 'custom ivr not found');
  return { ivr, siblings };
};

const select = (request: Request, world: World): object => {
  const { ivr, siblings } = chosen(request, world);
  const after = siblings.map((each) => ({ ...each, selected: each.id === ivr.id }));
  if (!ivr.selected) {
    for (const each of after) put(each, world);
    world.noteWrite(`PATCH ${ONE}`, userIdOf(ivr));
  }
  return collectionShape(ivr.ivrType, after);
};

const remove = (request: Request, world: World): object => {
  const { ivr } = chosen(request, world);
  world.store.remove('ivrs', ivr.id);
  world.noteWrite(`DELETE ${ONE}`, userIdOf(ivr));

  return ivrShape({ ...ivr, selected: false });
};

const rename = ({ params, body }: Request, world: World): object => {
  const ivr = world.store.get<Ivr>('ivrs', params['ivr_id'] ?? '');
  if (!ivr) throw new ApiError(404, 'custom ivr not found');
  const changed = { ...ivr, name: textIn(body, 'name') ?? ivr.name, description: textIn(body, 'description') ?? ivr.description };
  if (JSON.stringify(changed) !== JSON.stringify(ivr)) {
    put(changed, world);
    world.noteWrite('PATCH /customivrs/{ivr_id}', userIdOf(ivr));
  }
  return ivrShape(changed);
};

const choosing: Fields = { ivr_id: needed(id), select_option: oneOf('inbound', 'outbound') };

export const ivrRoutes: readonly Route<World>[] = [
  { method: 'GET', template: '/customivrs', handle: list },
  {
    method: 'POST',
    template: '/customivrs',
    body: {
      target_type: needed(oneOf(...OWNERS)),
      target_id: needed(id),
      ivr_type: needed(oneOf(...ivrTypes)),
      file: needed(text),
      name: text,
      description: text,
    },
    handle: create,
  },
  { method: 'PATCH', template: ONE, body: choosing, handle: select },
  { method: 'DELETE', template: ONE, body: choosing, handle: remove },
  { method: 'PATCH', template: '/customivrs/{ivr_id}', body: { name: text, description: text }, handle: rename },
];
