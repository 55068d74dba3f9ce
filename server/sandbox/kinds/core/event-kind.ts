import type { JsonObject } from '@/lib/shared/json'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { invalid } from './field-errors'
import { numberAt, objectAt, setDefault, stringAt } from './json-access'
import { copyOf, ensureObject, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { column, NAME_COLUMN, nameOf, timeSince } from './table-cells'

/** v1 Event. */
export const EVENT_KIND: BuiltinKind = {
  resource: resourceKind('', 'Event', 'events'),
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  verbs: [],
  subresources: [],
  schema: coreSchema('CoreV1Event'),
  applyDefaults(object) {
    const event = copyOf(object)
    setDefault(event, 'involvedObject', {})
    ensureObject(event, 'source')
    // Go writes these without omitempty.
    for (const time of ['firstTimestamp', 'lastTimestamp', 'eventTime']) {
      if (event[time] === undefined) event[time] = null
    }
    for (const text of ['reportingComponent', 'reportingInstance']) setDefault(event, text, '')
    return event
  },
  validateCreate(object) {
    const errors = checkName('metadata.name', nameOf(object), dns1123Subdomain)
    const namespace = stringAt(objectAt(object, 'metadata'), 'namespace')
    const involved = stringAt(objectAt(object, 'involvedObject'), 'namespace')
    // Events of cluster-scoped objects live in `default`.
    const belongs = involved === '' ? namespace === 'default' : involved === namespace
    if (!belongs) {
      errors.push(invalid('involvedObject.namespace', involved, 'does not match event.namespace'))
    }
    return errors
  },
  validateUpdate: () => [],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  columns: [
    column('Last Seen', 'string', coreDescription('CoreV1Event', 'lastTimestamp')),
    column('Type', 'string', coreDescription('CoreV1Event', 'type')),
    column('Reason', 'string', coreDescription('CoreV1Event', 'reason')),
    column('Object', 'string', coreDescription('CoreV1Event', 'involvedObject')),
    column('Subobject', 'string', coreDescription('V1ObjectReference', 'fieldPath'), 1),
    column('Source', 'string', coreDescription('CoreV1Event', 'source'), 1),
    column('Message', 'string', coreDescription('CoreV1Event', 'message')),
    column('First Seen', 'string', coreDescription('CoreV1Event', 'firstTimestamp'), 1),
    column('Count', 'string', coreDescription('CoreV1Event', 'count'), 1),
    { ...NAME_COLUMN, priority: 1 },
  ],
  toCells: (object, now) => {
    const involved = objectAt(object, 'involvedObject')
    const eventTime = stringAt(object, 'eventTime')
    return [
      timeSince(stringAt(object, 'lastTimestamp') || eventTime, now),
      stringAt(object, 'type'),
      stringAt(object, 'reason'),
      objectCell(involved),
      stringAt(involved, 'fieldPath'),
      sourceCell(object),
      stringAt(object, 'message').trim(),
      timeSince(stringAt(object, 'firstTimestamp') || eventTime, now),
      numberAt(object, 'count') ?? 1,
      nameOf(object),
    ]
  },
}

function objectCell(involved: JsonObject | undefined): string {
  const kind = stringAt(involved, 'kind').toLowerCase()
  const name = stringAt(involved, 'name')
  return name === '' ? kind : `${kind}/${name}`
}

function sourceCell(object: JsonObject): string {
  const source = objectAt(object, 'source')
  const component = stringAt(source, 'component') || stringAt(object, 'reportingComponent')
  const host = stringAt(source, 'host') || stringAt(object, 'reportingInstance')
  return host === '' ? component : `${component}, ${host}`
}
