/**
 * The rarer rules of a Pod specification: volume sources, resources, probes, hooks and numbers with a range.
 * Source: k8s.io/kubernetes/pkg/apis/core/validation (1.33).
 */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { FieldError } from '@/lib/validation/field-error'
import { forbidden, invalid, notSupported, required } from './field-errors'
import { quantityValue } from './go-text-forms'
import { numberAt, objectAt, objectsAt, stringAt } from './json-access'
import { checkLabels, checkName, dns1123Label, portName } from './name-rules'

const INT32_MAX = 2 ** 31 - 1
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep']

/** Errors of the fields of a Pod specification outside its containers. */
export function checkPodFields(spec: JsonObject, path: string): FieldError[] {
  const hostname = stringAt(spec, 'hostname')
  return [
    ...checkRange(spec, path, 'activeDeadlineSeconds', 1),
    ...(hostname === '' ? [] : checkName(`${path}.hostname`, hostname, dns1123Label)),
    ...checkLabels(`${path}.nodeSelector`, objectAt(spec, 'nodeSelector')),
    ...checkTolerations(objectsAt(spec, 'tolerations'), `${path}.tolerations`),
    ...checkIds(objectAt(spec, 'securityContext'), `${path}.securityContext`),
    ...objectsAt(spec, 'volumes').flatMap((volume, index) =>
      checkVolumeSource(volume, `${path}.volumes[${index}]`),
    ),
  ]
}

/** Errors of a container's resources, probes, hooks and identity. */
export function checkContainerFields(container: JsonObject, path: string): FieldError[] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe']
  const lifecycle = objectAt(container, 'lifecycle')
  return [
    ...checkResources(objectAt(container, 'resources'), `${path}.resources`),
    ...probes.flatMap((name) => checkHandler(objectAt(container, name), `${path}.${name}`)),
    ...['postStart', 'preStop'].flatMap((name) =>
      checkHandler(objectAt(lifecycle, name), `${path}.lifecycle.${name}`),
    ),
    ...checkIds(objectAt(container, 'securityContext'), `${path}.securityContext`),
  ]
}

function checkRange(object: JsonObject, path: string, key: string, least: number): FieldError[] {
  const value = numberAt(object, key)
  if (value === undefined || (value >= least && value <= INT32_MAX)) return []
  const detail = `must be between ${least} and ${INT32_MAX}, inclusive`
  return [invalid(`${path}.${key}`, value, detail)]
}

function checkIds(context: JsonObject | undefined, path: string): FieldError[] {
  if (context === undefined) return []
  return ['runAsUser', 'runAsGroup', 'fsGroup'].flatMap((key) => checkRange(context, path, key, 0))
}

const EXISTS_FOR_ALL =
  'operator must be Exists when `key` is empty, which means "match all values and all keys"'

function checkTolerations(tolerations: readonly JsonObject[], path: string): FieldError[] {
  return tolerations.flatMap((toleration, index) => {
    const field = `${path}[${index}].operator`
    const operator = stringAt(toleration, 'operator')
    const isForAll = stringAt(toleration, 'key') === '' && operator !== 'Exists'
    return [
      ...(isForAll ? [invalid(field, operator, EXISTS_FOR_ALL)] : []),
      ...(['', 'Equal', 'Exists'].includes(operator)
        ? []
        : [notSupported(field, operator, ['Equal', 'Exists'])]),
    ]
  })
}

function checkVolumeSource(volume: JsonObject, path: string): FieldError[] {
  const sources = Object.keys(volume).filter((key) => isJsonObject(volume[key]))
  const more = sources
    .slice(1)
    .map((source) => forbidden(`${path}.${source}`, 'may not specify more than 1 volume type'))
  const items = ['secret', 'configMap'].flatMap((source) =>
    objectsAt(objectAt(volume, source), 'items').flatMap((item, index) =>
      checkRelativePath(stringAt(item, 'path'), `${path}.${source}.items[${index}].path`),
    ),
  )
  return [...more, ...items]
}

function checkRelativePath(value: string, path: string): FieldError[] {
  if (value === '') return [required(path)]
  if (value.startsWith('/')) return [invalid(path, value, 'must be a relative path')]
  return value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : []
}

function checkResources(resources: JsonObject | undefined, path: string): FieldError[] {
  const limits = objectAt(resources, 'limits') ?? {}
  const requests = objectAt(resources, 'requests') ?? {}
  const negative = (list: string, amounts: JsonObject) =>
    Object.entries(amounts)
      .filter(([, amount]) => quantityValue(amount) < 0)
      .map(([name, amount]) =>
        invalid(`${path}.${list}[${name}]`, String(amount), 'must be greater than or equal to 0'),
      )
  const beyond = Object.entries(requests)
    .filter(([name, amount]) => quantityValue(amount) > quantityValue(limits[name] ?? amount))
    .map(([name, amount]) => {
      const detail = `must be less than or equal to ${name} limit of ${String(limits[name])}`
      return invalid(`${path}.requests`, String(amount), detail)
    })
  return [...negative('limits', limits), ...negative('requests', requests), ...beyond]
}

function checkHandler(handler: JsonObject | undefined, path: string): FieldError[] {
  if (handler === undefined) return []
  const kinds = HANDLERS.filter((kind) => objectAt(handler, kind) !== undefined)
  if (kinds.length === 0) return [required(path, 'must specify a handler type')]
  return [
    ...kinds
      .slice(1)
      .map((kind) => forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type')),
    ...['httpGet', 'tcpSocket'].flatMap((kind) =>
      checkHandlerPort(objectAt(handler, kind)?.['port'], `${path}.${kind}.port`),
    ),
  ]
}

function checkHandlerPort(port: JsonValue | undefined, path: string): FieldError[] {
  if (typeof port === 'string') return checkName(path, port, portName)
  if (typeof port !== 'number' || (port >= 1 && port <= 65535)) return []
  return [invalid(path, port, 'must be between 1 and 65535, inclusive')]
}
