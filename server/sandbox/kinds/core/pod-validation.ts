/**
 * Validation of a Pod specification, in a Pod or in a workload's template, in the API server's words.
 * Source: ValidatePodSpec of k8s.io/kubernetes/pkg/apis/core/validation (1.33); what is inside volume sources,
 * affinity and most of the security contexts is not checked, because echo Pods do not use them.
 */
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import { duplicate, invalid, notFound, notSupported, required } from './field-errors'
import { numberAt, objectAt, objectsAt, stringAt } from './json-access'
import { checkLabels, checkName, dns1123Label, dns1123Subdomain, portName } from './name-rules'
import { checkContainerFields, checkPodFields } from './pod-field-rules'

export const PROTOCOLS: readonly string[] = ['SCTP', 'TCP', 'UDP']
const PORT_RANGE = 'must be between 1 and 65535, inclusive'
const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
const OTHER_POD_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'spec.hostNetwork',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.nominatedNodeName',
  'status.phase',
]
const MAP_FIELD_PATH = /^metadata\.(labels|annotations)\['[^']+'\]$/
const VALUE_SOURCES = [
  'fieldRef',
  'resourceFieldRef',
  'configMapKeyRef',
  'secretKeyRef',
  'fileKeyRef',
]

/** Errors of a PodTemplateSpec: its labels, annotations and specification. */
export function validatePodTemplate(template: JsonObject, path: string): FieldError[] {
  const metadata = objectAt(template, 'metadata')
  return [
    ...checkLabels(`${path}.metadata.labels`, objectAt(metadata, 'labels')),
    ...validatePodSpec(objectAt(template, 'spec') ?? {}, `${path}.spec`),
  ]
}

/** What Pods are refused for and templates are not: space around the names of their images. */
export function checkImageSpace(spec: JsonObject, path: string): FieldError[] {
  return ['containers', 'initContainers'].flatMap((list) =>
    objectsAt(spec, list).flatMap((container, index) => {
      const image = stringAt(container, 'image')
      const detail = 'must not have leading or trailing whitespace'
      return image === image.trim()
        ? []
        : [invalid(`${path}.${list}[${index}].image`, image, detail)]
    }),
  )
}

/** Errors of a PodSpec that has its defaults. */
export function validatePodSpec(spec: JsonObject, path: string): FieldError[] {
  const volumes = objectsAt(spec, 'volumes')
  const volumeNames = new Set(volumes.map((volume) => stringAt(volume, 'name')))
  const serviceAccount = stringAt(spec, 'serviceAccountName')
  return [
    ...checkVolumes(volumes, `${path}.volumes`),
    ...checkContainers(spec, path, volumeNames),
    ...checkPodFields(spec, path),
    ...checkOneOf(spec, path, 'restartPolicy', ['Always', 'OnFailure', 'Never']),
    ...checkOneOf(spec, path, 'dnsPolicy', [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
    ...(serviceAccount === ''
      ? []
      : checkName(`${path}.serviceAccountName`, serviceAccount, dns1123Subdomain)),
  ]
}

function checkOneOf(
  object: JsonObject,
  path: string,
  key: string,
  supported: readonly string[],
): FieldError[] {
  const value = stringAt(object, key)
  if (value === '' || supported.includes(value)) return []
  return [notSupported(`${path}.${key}`, value, supported)]
}

function checkVolumes(volumes: readonly JsonObject[], path: string): FieldError[] {
  const seen = new Set<string>()
  return volumes.flatMap((volume, index) =>
    checkUniqueName(stringAt(volume, 'name'), `${path}[${index}].name`, seen),
  )
}

/** A required DNS label that no earlier entry of the list has. */
function checkUniqueName(name: string, path: string, seen: Set<string>): FieldError[] {
  if (name === '') return [required(path)]
  const errors = checkName(path, name, dns1123Label)
  if (errors.length > 0) return errors
  if (seen.has(name)) return [duplicate(path, name)]
  seen.add(name)
  return []
}

function checkContainers(
  spec: JsonObject,
  path: string,
  volumeNames: ReadonlySet<string>,
): FieldError[] {
  const containers = objectsAt(spec, 'containers')
  if (containers.length === 0) return [required(`${path}.containers`)]
  const seen = new Set<string>()
  const check = (list: string) =>
    objectsAt(spec, list).flatMap((container, index) =>
      checkContainer(container, `${path}.${list}[${index}]`, seen, volumeNames),
    )
  return [...check('containers'), ...check('initContainers')]
}

function checkContainer(
  container: JsonObject,
  path: string,
  seen: Set<string>,
  volumeNames: ReadonlySet<string>,
): FieldError[] {
  return [
    ...checkUniqueName(stringAt(container, 'name'), `${path}.name`, seen),
    ...checkImage(stringAt(container, 'image'), `${path}.image`),
    ...checkOneOf(container, path, 'terminationMessagePolicy', ['FallbackToLogsOnError', 'File']),
    ...checkPorts(objectsAt(container, 'ports'), `${path}.ports`),
    ...checkEnv(objectsAt(container, 'env'), `${path}.env`),
    ...checkMounts(objectsAt(container, 'volumeMounts'), `${path}.volumeMounts`, volumeNames),
    ...checkOneOf(container, path, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never']),
    ...checkContainerFields(container, path),
  ]
}

function checkImage(image: string, path: string): FieldError[] {
  return image === '' ? [required(path)] : []
}

/** `must be between 1 and 65535, inclusive` unless it is. */
export function checkPortNumber(port: number, path: string): FieldError[] {
  return Number.isInteger(port) && port >= 1 && port <= 65535
    ? []
    : [invalid(path, port, PORT_RANGE)]
}

function checkPorts(ports: readonly JsonObject[], path: string): FieldError[] {
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`
    const errors: FieldError[] = []
    const name = stringAt(port, 'name')
    if (name !== '') {
      const bad = checkName(`${at}.name`, name, portName)
      errors.push(...bad)
      if (bad.length === 0 && names.has(name)) errors.push(duplicate(`${at}.name`, name))
      names.add(name)
    }
    const number = numberAt(port, 'containerPort') ?? 0
    if (number === 0) errors.push(required(`${at}.containerPort`))
    else errors.push(...checkPortNumber(number, `${at}.containerPort`))
    const hostPort = numberAt(port, 'hostPort') ?? 0
    if (hostPort !== 0) errors.push(...checkPortNumber(hostPort, `${at}.hostPort`))
    const protocol = stringAt(port, 'protocol')
    if (protocol === '') errors.push(required(`${at}.protocol`))
    else if (!PROTOCOLS.includes(protocol)) {
      errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS))
    }
    return errors
  })
}

function checkEnv(variables: readonly JsonObject[], path: string): FieldError[] {
  return variables.flatMap((variable, index) => {
    const at = `${path}[${index}]`
    const name = stringAt(variable, 'name')
    const errors: FieldError[] = []
    if (name === '') errors.push(required(`${at}.name`))
    else if (!/^[\x20-\x3c\x3e-\x7e]+$/.test(name)) {
      errors.push(
        invalid(
          `${at}.name`,
          name,
          "a valid environment variable name must consist only of printable ASCII characters other than '='",
        ),
      )
    }
    const valueFrom = objectAt(variable, 'valueFrom')
    if (valueFrom === undefined) return errors
    return [...errors, ...checkValueFrom(variable, valueFrom, `${at}.valueFrom`)]
  })
}

function checkValueFrom(variable: JsonObject, valueFrom: JsonObject, path: string): FieldError[] {
  const sources = VALUE_SOURCES.filter((source) => objectAt(valueFrom, source) !== undefined)
  const errors: FieldError[] = []
  const fieldPath = stringAt(objectAt(valueFrom, 'fieldRef'), 'fieldPath')
  if (sources.includes('fieldRef')) {
    if (fieldPath === '') errors.push(required(`${path}.fieldRef.fieldPath`))
    else if (!FIELD_PATHS.includes(fieldPath) && !MAP_FIELD_PATH.test(fieldPath)) {
      errors.push(fieldPathError(`${path}.fieldRef.fieldPath`, fieldPath))
    }
  }
  if (sources.length === 0) {
    errors.push(
      invalid(
        path,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ),
    )
  } else if (stringAt(variable, 'value') !== '') {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  } else if (sources.length > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
  }
  return errors
}

/** Paths that field selectors of Pods know are only not for this; others are not known at all. */
function fieldPathError(path: string, fieldPath: string): FieldError {
  if (OTHER_POD_FIELDS.includes(fieldPath)) return notSupported(path, fieldPath, FIELD_PATHS)
  const detail = `error converting fieldPath: field label not supported: ${fieldPath}`
  return invalid(path, fieldPath, detail)
}

function checkMounts(
  mounts: readonly JsonObject[],
  path: string,
  volumeNames: ReadonlySet<string>,
): FieldError[] {
  const mountPaths = new Set<string>()
  return mounts.flatMap((mount, index) => {
    const at = `${path}[${index}]`
    const errors: FieldError[] = []
    const name = stringAt(mount, 'name')
    if (name === '') errors.push(required(`${at}.name`))
    else if (!volumeNames.has(name)) errors.push(notFound(`${at}.name`, name))
    const mountPath = stringAt(mount, 'mountPath')
    if (mountPath === '') errors.push(required(`${at}.mountPath`))
    else if (mountPaths.has(mountPath)) {
      errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'))
    }
    mountPaths.add(mountPath)
    return errors
  })
}
