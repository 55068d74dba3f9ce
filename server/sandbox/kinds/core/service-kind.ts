import type { JsonObject } from '@/lib/shared/json'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import {
  isDeepEqual,
  numberAt,
  objectAt,
  objectsAt,
  setDefault,
  setDefaultText,
  stringAt,
  stringMapAt,
  stringsAt,
} from './json-access'
import { copyOf, ensureObject, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1035Label } from './name-rules'
import { allocateService } from './service-addresses'
import { checkAllocation, checkServiceSpec, checkServiceUpdate } from './service-validation'
import { AGE_COLUMN, ageOf, column, formatLabels, NAME_COLUMN, nameOf } from './table-cells'

const CLIENT_IP_SECONDS = 10_800
const EXTERNAL_TYPES = ['NodePort', 'LoadBalancer']

/** v1 Service. `allocate` asks about the fields `spec.clusterIP` and `spec.ports.nodePort`. */
export const SERVICE_KIND: BuiltinKind = {
  resource: resourceKind('', 'Service', 'services'),
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  verbs: [],
  subresources: ['status', 'proxy'],
  schema: coreSchema('V1Service'),
  applyDefaults: applyServiceDefaults,
  allocate: allocateService,
  prepareUpdate: carryOverAddresses,
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1035Label),
    ...checkServiceSpec(object),
    ...checkAllocation(object),
  ],
  validateUpdate: (object, old) => [
    ...checkServiceUpdate(object, old),
    ...checkServiceSpec(object),
  ],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  selectableFields: ['spec.clusterIP', 'spec.type'],
  deletion: { isAnswered: true },
  columns: [
    NAME_COLUMN,
    column('Type', 'string', coreDescription('V1ServiceSpec', 'type')),
    column('Cluster-IP', 'string', coreDescription('V1ServiceSpec', 'clusterIP')),
    column('External-IP', 'string', coreDescription('V1ServiceSpec', 'externalIPs')),
    column('Port(s)', 'string', coreDescription('V1ServiceSpec', 'ports')),
    AGE_COLUMN,
    column('Selector', 'string', coreDescription('V1ServiceSpec', 'selector'), 1),
  ],
  toCells: (object, now) => {
    const spec = objectAt(object, 'spec')
    return [
      nameOf(object),
      stringAt(spec, 'type'),
      stringAt(spec, 'clusterIP') || '<none>',
      externalCell(object),
      portsCell(objectsAt(spec, 'ports')),
      ageOf(object, now),
      formatLabels(stringMapAt(spec, 'selector')),
    ]
  },
}

function applyServiceDefaults(object: JsonObject): JsonObject {
  const service = copyOf(object)
  const spec = ensureObject(service, 'spec')
  for (const port of objectsAt(spec, 'ports')) {
    setDefaultText(port, 'protocol', 'TCP')
    if (port['targetPort'] === 0 || port['targetPort'] === '') delete port['targetPort']
    const number = numberAt(port, 'port')
    if (number !== undefined) setDefault(port, 'targetPort', number)
  }
  setDefaultText(spec, 'type', 'ClusterIP')
  setDefaultText(spec, 'sessionAffinity', 'None')
  if (spec['sessionAffinity'] === 'ClientIP') {
    const clientIP = ensureObject(ensureObject(spec, 'sessionAffinityConfig'), 'clientIP')
    setDefault(clientIP, 'timeoutSeconds', CLIENT_IP_SECONDS)
  } else {
    delete spec['sessionAffinityConfig']
  }
  const type = stringAt(spec, 'type')
  const isExternal = EXTERNAL_TYPES.includes(type) || stringsAt(spec, 'externalIPs').length > 0
  if (isExternal) setDefaultText(spec, 'externalTrafficPolicy', 'Cluster')
  if (type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
  if (type !== 'ExternalName') setDefaultText(spec, 'internalTrafficPolicy', 'Cluster')
  setDefault(ensureObject(service, 'status'), 'loadBalancer', {})
  return service
}

/** An update that leaves the allocated values out keeps them, unless its type no longer has them. */
function carryOverAddresses(object: JsonObject, old: JsonObject): JsonObject {
  const service = copyOf(object)
  const spec = ensureObject(service, 'spec')
  const before = objectAt(old, 'spec') ?? {}
  const isExternalName = (other: JsonObject) => stringAt(other, 'type') === 'ExternalName'
  if (isExternalName(before)) return service
  if (isExternalName(spec)) {
    releaseUnchanged(spec, before)
    return service
  }
  const hasAddress = stringAt(spec, 'clusterIP') !== '' || stringsAt(spec, 'clusterIPs').length > 0
  for (const key of hasAddress ? [] : ['clusterIP', 'clusterIPs']) {
    const value = before[key]
    if (value !== undefined) spec[key] = value
  }
  for (const key of ['ipFamilies', 'ipFamilyPolicy']) {
    const value = before[key]
    if (value !== undefined) setDefault(spec, key, value)
  }
  settleNodePorts(spec, before)
  settleExternalPolicy(spec, before)
  return service
}

/** Types with node ports keep those they had; another type drops them unless the update sets others. */
function settleNodePorts(spec: JsonObject, before: JsonObject): void {
  if (EXTERNAL_TYPES.includes(stringAt(spec, 'type'))) carryOverNodePorts(spec, before)
  else if (nodePortsOf(spec) === nodePortsOf(before)) {
    for (const port of objectsAt(spec, 'ports')) delete port['nodePort']
  }
}

/** A Service that is no longer reached from outside drops its policy for that unless the update sets another. */
function settleExternalPolicy(spec: JsonObject, before: JsonObject): void {
  const isExternal =
    EXTERNAL_TYPES.includes(stringAt(spec, 'type')) || stringsAt(spec, 'externalIPs').length > 0
  const key = 'externalTrafficPolicy'
  if (!isExternal && spec[key] === before[key]) delete spec[key]
}

/** The node ports of all entries as one text. */
function nodePortsOf(spec: JsonObject): string {
  return objectsAt(spec, 'ports')
    .map((port) => numberAt(port, 'nodePort') ?? 0)
    .join()
}

/** A Service that becomes an alias gives back what only an address needs, unless the update says otherwise. */
function releaseUnchanged(spec: JsonObject, before: JsonObject): void {
  for (const key of ADDRESS_FIELDS) {
    if (isDeepEqual(spec[key], before[key])) delete spec[key]
  }
}

const ADDRESS_FIELDS = [
  'clusterIP',
  'clusterIPs',
  'externalTrafficPolicy',
  'internalTrafficPolicy',
  'ipFamilies',
  'ipFamilyPolicy',
]

function carryOverNodePorts(spec: JsonObject, before: JsonObject): void {
  for (const port of objectsAt(spec, 'ports')) {
    const same = objectsAt(before, 'ports').find(
      (other) => other['port'] === port['port'] && other['protocol'] === port['protocol'],
    )
    const nodePort = numberAt(same, 'nodePort')
    if (nodePort !== undefined) setDefault(port, 'nodePort', nodePort)
  }
}

function externalCell(service: JsonObject): string {
  const spec = objectAt(service, 'spec')
  const external = stringsAt(spec, 'externalIPs')
  const type = stringAt(spec, 'type')
  if (type === 'ExternalName') return stringAt(spec, 'externalName')
  const ingress = objectsAt(objectAt(objectAt(service, 'status'), 'loadBalancer'), 'ingress').map(
    (entry) => stringAt(entry, 'ip') || stringAt(entry, 'hostname'),
  )
  const addresses = type === 'LoadBalancer' ? [...ingress, ...external] : external
  if (addresses.length > 0) return addresses.join(',')
  return type === 'LoadBalancer' ? '<pending>' : '<none>'
}

function portsCell(ports: readonly JsonObject[]): string {
  if (ports.length === 0) return '<none>'
  return ports
    .map((port) => {
      const nodePort = numberAt(port, 'nodePort') ?? 0
      const numbers = nodePort === 0 ? `${port['port']}` : `${port['port']}:${nodePort}`
      return `${numbers}/${stringAt(port, 'protocol')}`
    })
    .join(',')
}
