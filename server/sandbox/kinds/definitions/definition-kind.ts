/** CustomResourceDefinition, the one kind the server itself brings. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject } from '@/lib/shared/json-values'
import type { FieldError } from '@/lib/validation/field-error'
import { invalidError, notSupportedError, requiredError } from '@/lib/validation/field-errors'
import { subdomainProblems } from '@/lib/validation/names'
import { listAt, metadataOf, nameOf, objectAt, textAt } from '../../api/api-object'
import type { BuiltinKind, OpenApiSchema } from '../../api/contracts'
import { MESSAGE_FORM } from '../../api/kubernetes-version'
import { checkName, dns1035Label } from '../core/name-rules'
import { pruneSchemas } from './definition-schema-fields'
import { schemaErrors } from './definition-schema-rules'
import {
  immutableErrors,
  namesErrors,
  settingsErrors,
  storedVersionErrors,
  versionsErrors,
} from './definition-spec-rules'

export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions'

const text: JsonObject = { type: 'string' }
const texts: JsonObject = { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' }
const open: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const record = (properties: JsonObject, description = ''): JsonObject => ({
  type: 'object',
  ...(description === '' ? {} : { description }),
  properties,
})

const NAMES = record({
  plural: text,
  singular: text,
  kind: text,
  listKind: text,
  shortNames: texts,
  categories: texts,
})

const COLUMN = record({
  name: text,
  type: text,
  format: text,
  description: text,
  priority: { type: 'integer', format: 'int32' },
  jsonPath: text,
})

const VERSION = record({
  name: text,
  served: { type: 'boolean' },
  storage: { type: 'boolean' },
  deprecated: { type: 'boolean' },
  deprecationWarning: text,
  schema: record({ openAPIV3Schema: open }),
  subresources: record({
    status: open,
    scale: record({ specReplicasPath: text, statusReplicasPath: text, labelSelectorPath: text }),
  }),
  additionalPrinterColumns: { type: 'array', items: COLUMN, 'x-kubernetes-list-type': 'atomic' },
  selectableFields: {
    type: 'array',
    items: record({ jsonPath: text }),
    'x-kubernetes-list-type': 'atomic',
  },
})

const CONDITION = record({
  type: text,
  status: text,
  lastTransitionTime: { type: 'string', format: 'date-time' },
  reason: text,
  message: text,
})

const SCHEMA: OpenApiSchema = record(
  {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object' },
    spec: record({
      group: text,
      names: NAMES,
      scope: text,
      versions: { type: 'array', items: VERSION, 'x-kubernetes-list-type': 'atomic' },
      conversion: record({ strategy: text, webhook: open }),
      preserveUnknownFields: { type: 'boolean' },
    }),
    status: record({
      conditions: {
        type: 'array',
        items: CONDITION,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      },
      acceptedNames: NAMES,
      storedVersions: texts,
    }),
  },
  'CustomResourceDefinition represents a resource that should be exposed on the API server.  Its name MUST be in the format <.spec.name>.<.spec.group>.',
)

/** apiextensions.k8s.io/v1 CustomResourceDefinition. `now` dates the conditions of new definitions. */
export function definitionKind(timestamp: () => string): BuiltinKind {
  return {
    resource: {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      namespaced: false,
    },
    singular: 'customresourcedefinition',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    verbs: [],
    subresources: ['status'],
    statusResets: [['metadata']],
    schema: SCHEMA,
    prune: pruneSchemas,
    applyDefaults: withDefaults,
    allocate: (object) => withStatus(object, timestamp()),
    prepareUpdate: (object) => withStatus(object, timestamp()),
    validateCreate: validateDefinition,
    validateUpdate: (object, old) => [
      ...immutableErrors(objectAt(object, 'spec'), objectAt(old, 'spec')),
      ...validateDefinition(object).filter((error) => error.field !== 'metadata.name'),
      ...storedVersionErrors(object),
    ],
    changesGeneration: (object, old) => !equalJson(object['spec'], old['spec']),
    columns: [
      {
        name: 'Name',
        type: 'string',
        format: 'name',
        description: 'Name must be unique within a namespace.',
        priority: 0,
      },
      {
        name: 'Created At',
        type: 'date',
        format: '',
        description:
          'CreationTimestamp is a timestamp representing the server time when this object was created.',
        priority: 0,
      },
    ],
    toCells: (object) => [nameOf(object), textAt(metadataOf(object), 'creationTimestamp')],
  }
}

function withDefaults(object: JsonObject): JsonObject {
  const spec = objectAt(object, 'spec')
  const names = objectAt(spec, 'names')
  const kind = textAt(names, 'kind')
  return {
    ...object,
    spec: {
      ...spec,
      conversion: spec['conversion'] ?? { strategy: 'None' },
      names: {
        ...names,
        singular: names['singular'] ?? kind.toLowerCase(),
        listKind: names['listKind'] ?? `${kind}List`,
      },
    },
  }
}

/** Names never collide here and nothing has to start, so a definition is established as it is stored. */
function withStatus(object: JsonObject, now: string): JsonObject {
  const spec = objectAt(object, 'spec')
  const status = objectAt(object, 'status')
  const storage = listAt(spec, 'versions').find(
    (version) => isJsonObject(version) && version['storage'] === true,
  )
  const stored = new Set<JsonValue>(listAt(status, 'storedVersions'))
  if (isJsonObject(storage)) stored.add(textAt(storage, 'name'))
  const conditions = listAt(status, 'conditions')
  return {
    ...object,
    status: {
      ...status,
      conditions:
        conditions.length > 0
          ? [...conditions]
          : [
              condition('NamesAccepted', 'NoConflicts', 'no conflicts found', now),
              condition(
                'Established',
                'InitialNamesAccepted',
                'the initial names have been accepted',
                now,
              ),
            ],
      acceptedNames: objectAt(spec, 'names'),
      storedVersions: [...stored],
    },
  }
}

function condition(type: string, reason: string, message: string, now: string): JsonObject {
  return { type, status: 'True', lastTransitionTime: now, reason, message }
}

function validateDefinition(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec')
  const names = objectAt(spec, 'names')
  const errors: FieldError[] = []
  const expected = `${textAt(names, 'plural')}.${textAt(spec, 'group')}`
  if (nameOf(object) !== expected) {
    const detail = `must be spec.names.plural+"."+spec.group`
    errors.push(invalidError('metadata.name', nameOf(object), detail, MESSAGE_FORM))
  }
  for (const field of ['plural', 'kind']) {
    if (textAt(names, field) === '') errors.push(requiredError(`spec.names.${field}`))
  }
  const group = textAt(spec, 'group')
  if (group === '') errors.push(requiredError('spec.group'))
  else if (!group.includes('.')) {
    const detail = 'should be a domain with at least one dot'
    errors.push(invalidError('spec.group', group, detail, MESSAGE_FORM))
  } else {
    errors.push(
      ...subdomainProblems(group).map((why) =>
        invalidError('spec.group', group, why, MESSAGE_FORM),
      ),
    )
  }
  return [
    ...errors,
    ...approvalErrors(object, group),
    ...scopeErrors(textAt(spec, 'scope')),
    ...namesErrors(names),
    ...settingsErrors(spec),
    ...versionsErrors(listAt(spec, 'versions').filter(isJsonObject)),
    ...conversionErrors(objectAt(spec, 'conversion')),
    ...validateVersions(spec),
  ]
}

const APPROVAL = 'api-approved.kubernetes.io'

/** Groups of the Kubernetes project itself need a word that they were reviewed. */
function approvalErrors(object: JsonObject, group: string): FieldError[] {
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group)
  if (!isProtected || textAt(objectAt(metadataOf(object), 'annotations'), APPROVAL) !== '')
    return []
  const detail = `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`
  return [requiredError(`metadata.annotations[${APPROVAL}]`, detail)]
}

function scopeErrors(scope: string): FieldError[] {
  const scopes = ['Cluster', 'Namespaced']
  if (scope === '') return [requiredError('spec.scope')]
  return scopes.includes(scope)
    ? []
    : [notSupportedError('spec.scope', scope, scopes, MESSAGE_FORM)]
}

function conversionErrors(conversion: JsonObject): FieldError[] {
  if (textAt(conversion, 'strategy') !== 'Webhook') return []
  const webhook = objectAt(conversion, 'webhook')
  const why = 'required when strategy is set to Webhook'
  return [
    ...(isJsonObject(webhook['clientConfig'])
      ? []
      : [requiredError('spec.conversion.webhookClientConfig', why)]),
    ...(listAt(webhook, 'conversionReviewVersions').length > 0
      ? []
      : [requiredError('spec.conversion.conversionReviewVersions')]),
  ]
}

function validateVersions(spec: JsonObject): FieldError[] {
  const versions = listAt(spec, 'versions').filter(isJsonObject)
  const errors = versions.flatMap((version, i) =>
    isJsonObject(objectAt(version, 'schema')['openAPIV3Schema'])
      ? []
      : [requiredError(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required')],
  )
  errors.push(...versionNameErrors(versions), ...versionSchemaErrors(versions))
  const stored = versions.filter((version) => version['storage'] === true)
  if (stored.length !== 1) {
    const given = versions.length === 0 ? '[]apiextensions.CustomResourceDefinitionVersion{}: ' : ''
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'spec.versions',
      message: `Invalid value: ${given}must have exactly one version marked as storage version`,
    })
  }
  return errors
}

function versionNameErrors(versions: readonly JsonObject[]): FieldError[] {
  const names = versions.map((version) => textAt(version, 'name'))
  const errors = names.flatMap((name, i) =>
    checkName(`spec.versions[${i}].name`, name, dns1035Label),
  )
  // The first version is also what the field of that name held before there could be several.
  errors.push(...checkName('spec.version', names[0] ?? '', dns1035Label))
  if (new Set(names).size < names.length) {
    const message = 'Invalid value: must contain unique version names'
    errors.push({ reason: 'FieldValueInvalid', field: 'spec.versions', message })
  }
  return names.length === 0 ? [] : errors
}

/** A schema that all versions share is reported once, at the place where it was when there was only one. */
function versionSchemaErrors(versions: readonly JsonObject[]): FieldError[] {
  const schemas = versions.map((version) => objectAt(version, 'schema')['openAPIV3Schema'])
  const [first, ...others] = schemas
  if (isJsonObject(first) && others.every((other) => equalJson(other ?? null, first))) {
    return schemaErrors(first, 'spec.validation.openAPIV3Schema')
  }
  return schemas.flatMap((schema, i) =>
    isJsonObject(schema) ? schemaErrors(schema, `spec.versions[${i}].schema.openAPIV3Schema`) : [],
  )
}
