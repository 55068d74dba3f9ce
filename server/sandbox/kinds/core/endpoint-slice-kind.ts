import { isIP } from 'node:net'
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { duplicate, invalid, notSupported, required } from './field-errors'
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
import { copyOf, resourceKind } from './kind-helpers'
import { checkName, dns1123Label, dns1123Subdomain } from './name-rules'
import { PROTOCOLS } from './pod-validation'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']
const ADDRESSES_MAX = 100
const SHOWN_MAX = 3

/** discovery.k8s.io/v1 EndpointSlice. */
export const ENDPOINT_SLICE_KIND: BuiltinKind = {
  resource: resourceKind('discovery.k8s.io', 'EndpointSlice', 'endpointslices'),
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  verbs: [],
  subresources: [],
  schema: coreSchema('V1EndpointSlice'),
  applyDefaults(object) {
    const slice = copyOf(object)
    for (const port of objectsAt(slice, 'ports')) {
      setDefault(port, 'name', '')
      setDefaultText(port, 'protocol', 'TCP')
    }
    for (const endpoint of objectsAt(slice, 'endpoints')) setDefault(endpoint, 'conditions', {})
    // Go writes both lists without omitempty.
    for (const list of ['endpoints', 'ports']) if (slice[list] === undefined) slice[list] = null
    return slice
  },
  validateCreate: (object) => [
    ...checkName('metadata.name', nameOf(object), dns1123Subdomain),
    ...checkSlice(object),
  ],
  validateUpdate: (object, old) => [
    ...checkSlice(object),
    ...(stringAt(object, 'addressType') === stringAt(old, 'addressType')
      ? []
      : [invalid('addressType', stringAt(object, 'addressType'), 'field is immutable')]),
  ],
  changesGeneration(object, old) {
    const { metadata: _, ...content } = object
    const { metadata: __, ...oldContent } = old
    const labels = stringMapAt(objectAt(object, 'metadata'), 'labels') ?? {}
    const oldLabels = stringMapAt(objectAt(old, 'metadata'), 'labels') ?? {}
    return !isDeepEqual(content, oldContent) || !isDeepEqual(labels, oldLabels)
  },
  columns: [
    NAME_COLUMN,
    column('AddressType', 'string', coreDescription('V1EndpointSlice', 'addressType')),
    column('Ports', 'string', coreDescription('V1EndpointSlice', 'ports')),
    column('Endpoints', 'string', coreDescription('V1EndpointSlice', 'endpoints')),
    AGE_COLUMN,
  ],
  toCells: (object, now) => [
    nameOf(object),
    stringAt(object, 'addressType'),
    portsCell(objectsAt(object, 'ports')),
    summary(objectsAt(object, 'endpoints').flatMap((endpoint) => stringsAt(endpoint, 'addresses'))),
    ageOf(object, now),
  ],
}

function portsCell(ports: readonly JsonObject[]): string {
  if (ports.length === 0) return '<unset>'
  return summary(ports.map((port) => String(numberAt(port, 'port') ?? '*')))
}

function summary(values: readonly string[]): string {
  if (values.length === 0) return '<unset>'
  const shown = values.slice(0, SHOWN_MAX).join(',')
  const rest = values.length - SHOWN_MAX
  return rest > 0 ? `${shown} + ${rest} more...` : shown
}

function checkSlice(slice: JsonObject): FieldError[] {
  const type = stringAt(slice, 'addressType')
  const errors: FieldError[] = []
  if (type === '') errors.push(required('addressType'))
  else if (!ADDRESS_TYPES.includes(type)) {
    errors.push(notSupported('addressType', type, ADDRESS_TYPES))
  }
  for (const [index, endpoint] of objectsAt(slice, 'endpoints').entries()) {
    const path = `endpoints[${index}].addresses`
    const addresses = stringsAt(endpoint, 'addresses')
    if (addresses.length === 0) errors.push(required(path, 'must contain at least 1 address'))
    if (addresses.length > ADDRESSES_MAX) {
      errors.push({
        reason: 'FieldValueTooMany',
        field: path,
        message: `Too many: ${addresses.length}: must have at most ${ADDRESSES_MAX} items`,
      })
    }
    errors.push(...checkAddresses(addresses, type, path))
  }
  return [...errors, ...checkPorts(objectsAt(slice, 'ports'))]
}

/** Only the first 100 are looked at: more are refused anyway. */
function checkAddresses(addresses: readonly string[], type: string, path: string): FieldError[] {
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const version = type === 'IPv4' ? 4 : 6
  return addresses.slice(0, ADDRESSES_MAX).flatMap((address, index) => {
    const at = `${path}[${index}]`
    const found = isIP(address)
    if (found === version) return []
    if (found !== 0) return [invalid(at, address, `must be an ${type} address`)]
    return [invalid(at, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  })
}

function checkPorts(ports: readonly JsonObject[]): FieldError[] {
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const path = `ports[${index}]`
    const name = stringAt(port, 'name')
    const errors = name === '' ? [] : checkName(`${path}.name`, name, dns1123Label)
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
    const protocol = stringAt(port, 'protocol')
    if (protocol === '') errors.push(required(`${path}.protocol`))
    else if (!PROTOCOLS.includes(protocol)) {
      errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
    }
    return errors
  })
}
