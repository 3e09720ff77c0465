/**
 * The classes of OCSF that the export uses, as far as they demand something (schema.ocsf.io 1.3.0 to 1.6.0: required attributes of
 * base_event, iam, application and of each class; the enums of activity_id, severity_id and status_id; `at_least_one` of objects).
 */
const text = { type: 'string', minLength: 1 };
const integer = { type: 'integer' };
const object = (required: readonly string[], properties: object, more: object = {}) => ({ type: 'object', required: [...required], properties, ...more });

const user = object(
  [],
  { uid: text, name: text, type_id: { enum: [0, 1, 2, 3, 4, 99] }, type: text },
  { anyOf: [{ required: ['uid'] }, { required: ['name'] }] },
);
const endpoint = object(
  [],
  { name: text, ip: text, hostname: text, uid: text },
  { anyOf: ['name', 'ip', 'hostname', 'uid'].map((each) => ({ required: [each] })) },
);
const entity = object(
  [],
  { uid: text, name: text, type: text, data: {}, version: text },
  { anyOf: [{ required: ['uid'] }, { required: ['name'] }], additionalProperties: false },
);
const metadata = object(
  ['version', 'product'],
  {
    version: { type: 'string', pattern: '^1\\.[3-6]\\.0$' },
    product: object(['vendor_name'], { name: text, vendor_name: text, uid: text, version: text }, { anyOf: [{ required: ['name'] }, { required: ['uid'] }] }),
    uid: text,
    sequence: integer,
    event_code: text,
    log_name: text,
    log_provider: text,
    logged_time: integer,
    correlation_uid: text,
  },
  { additionalProperties: false },
);

const base = {
  metadata,
  time: { type: 'integer', minimum: 1_500_000_000_000 }, // milliseconds, not seconds
  category_uid: integer,
  category_name: text,
  class_uid: integer,
  class_name: text,
  activity_id: integer,
  activity_name: text,
  type_uid: integer,
  type_name: text,
  severity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
  severity: text,
  status_id: { enum: [0, 1, 2, 99] },
  status: text,
  status_code: text,
  status_detail: text,
  message: text,
  actor: object([], { user, app_name: text }, { anyOf: [{ required: ['user'] }, { required: ['app_name'] }] }),
  unmapped: { type: 'object' },
};
const REQUIRED = ['metadata', 'time', 'category_uid', 'class_uid', 'activity_id', 'type_uid', 'severity_id'];

const classOf = (uid: number, category: number, activities: readonly number[], required: readonly string[], properties: object) =>
  object(
    [...REQUIRED, ...required],
    { ...base, class_uid: { const: uid }, category_uid: { const: category }, activity_id: { enum: [0, 99, ...activities] }, ...properties },
    { additionalProperties: false },
  );

export const ocsfClasses: Readonly<Record<number, object>> = {
  3001: classOf(3001, 3, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], ['user'], { user }),
  3004: classOf(3004, 3, [1, 2, 3, 4], ['entity'], { entity, comment: text }),
  3005: classOf(3005, 3, [1, 2], ['user', 'privileges'], { user, privileges: { type: 'array', items: text, minItems: 1 } }),
  3006: classOf(3006, 3, [1, 2, 3, 4], ['group'], {
    user,
    group: object([], { uid: text, name: text, type: text }, { anyOf: [{ required: ['uid'] }, { required: ['name'] }] }),
  }),
  6003: classOf(6003, 6, [1, 2, 3, 4], ['actor', 'api', 'src_endpoint'], {
    api: object(['operation'], { operation: text, service: object([], { name: text }) }),
    src_endpoint: endpoint,
    resources: { type: 'array', items: object([], { uid: text, type: text }) },
  }),
};
