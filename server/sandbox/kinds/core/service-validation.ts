/** Validation of a Service in the API server's words. Source: ValidateService of k8s.io/kubernetes (1.33). */
import { isIP } from 'node:net'
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  type Printed,
  printStrings,
  required,
} from './field-errors'
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from './json-access'
import {
  checkLabels,
  checkName,
  dns1123Label,
  dns1123Subdomain,
  labelKey,
  portName,
} from './name-rules'
import { checkPortNumber, PROTOCOLS } from './pod-validation'
import { isServiceAddress, SERVICE_NETWORK } from './service-addresses'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const AFFINITIES = ['ClientIP', 'None']
const NODE_PORT_RANGE = { first: 30_000, last: 32_767 }

/** Errors of `spec` in a Service that has its defaults. */
export function checkServiceSpec(service: JsonObject): FieldError[] {
  const spec = objectAt(service, 'spec') ?? {}
  return [
    ...checkType(spec),
    ...checkPorts(spec),
    ...checkLabels('spec.selector', objectAt(spec, 'selector')),
    ...checkAffinity(spec),
    ...checkAddress(spec),
    ...checkPolicies(spec),
    ...checkFamilies(spec),
    ...stringsAt(spec, 'externalIPs')
      .map((address, index) => [`spec.externalIPs[${index}]`, address] as const)
      .filter(([, address]) => isIP(address) === 0)
      .map(([path, address]) => invalid(path, address, NO_ADDRESS)),
  ]
}

const NO_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

/** The sandbox has addresses of one family; a Service without any of its own may name both. */
function checkFamilies(spec: JsonObject): FieldError[] {
  const families = ['IPv4', 'IPv6']
  const named = stringsAt(spec, 'ipFamilies')
  const errors = named
    .map((family, index) => [`spec.ipFamilies[${index}]`, family] as const)
    .filter(([, family]) => !families.includes(family))
    .map(([path, family]) => notSupported(path, family, families))
  if (errors.length > 0 || isWithoutOwnAddresses(spec)) return errors
  const policy = stringAt(spec, 'ipFamilyPolicy')
  return [
    ...(policy === 'RequireDualStack' ? [invalid('spec.ipFamilyPolicy', policy, SINGLE)] : []),
    ...named.flatMap((family, index) =>
      family === 'IPv6'
        ? [invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')]
        : [],
    ),
  ]
}

function isWithoutOwnAddresses(spec: JsonObject): boolean {
  const hasSelector = Object.keys(objectAt(spec, 'selector') ?? {}).length > 0
  return stringAt(spec, 'clusterIP') === 'None' && !hasSelector
}

/** Where traffic from outside goes is only asked of Services that have some. */
function checkExternalPolicy(spec: JsonObject): FieldError[] {
  const field = 'spec.externalTrafficPolicy'
  const policy = stringAt(spec, 'externalTrafficPolicy')
  const isExternal =
    ['LoadBalancer', 'NodePort'].includes(stringAt(spec, 'type')) ||
    stringsAt(spec, 'externalIPs').length > 0
  if (isExternal) {
    const policies = ['Cluster', 'Local']
    return policies.includes(policy) ? [] : [notSupported(field, policy, policies)]
  }
  const detail = 'may only be set for externally-accessible services'
  return policy === '' ? [] : [invalid(field, policy, detail)]
}

function checkPolicies(spec: JsonObject): FieldError[] {
  const internal = stringAt(spec, 'internalTrafficPolicy')
  return [
    ...checkExternalPolicy(spec),
    ...(['', 'Cluster', 'Local'].includes(internal)
      ? []
      : [notSupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local'])]),
    ...stringsAt(spec, 'loadBalancerSourceRanges')
      .map((range, index) => [`spec.LoadBalancerSourceRanges[${index}]`, range] as const)
      .filter(([, range]) => !isNetwork(range.trim()))
      .map(([path, range]) => invalid(path, range, NO_NETWORK)),
  ]
}

const SINGLE = 'this cluster is not configured for dual-stack services'
const NO_NETWORK = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

function isNetwork(text: string): boolean {
  const [address = '', bits = ''] = text.split('/')
  const version = isIP(address)
  return version !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
}

/** Errors of changing what may not change: the cluster IP once it is set. */
export function checkServiceUpdate(service: JsonObject, old: JsonObject): FieldError[] {
  const spec = objectAt(service, 'spec') ?? {}
  const before = objectAt(old, 'spec') ?? {}
  const isExternal = [spec, before].some((entry) => stringAt(entry, 'type') === 'ExternalName')
  const address = stringAt(before, 'clusterIP')
  if (isExternal || address === '' || stringAt(spec, 'clusterIP') === address) return []
  const given = stringAt(spec, 'clusterIP')
  return [
    invalid(
      'spec.clusterIPs[0]',
      printStrings(given === '' ? [] : [given]),
      'may not change once set',
    ),
  ]
}

function checkType(spec: JsonObject): FieldError[] {
  const type = stringAt(spec, 'type')
  if (!TYPES.includes(type)) return [notSupported('spec.type', type, TYPES)]
  if (type !== 'ExternalName') return []
  const name = stringAt(spec, 'externalName').replace(/\.$/, '')
  if (name === '') return [required('spec.externalName')]
  return checkName('spec.externalName', name, dns1123Subdomain)
}

function checkAffinity(spec: JsonObject): FieldError[] {
  const affinity = stringAt(spec, 'sessionAffinity')
  if (AFFINITIES.includes(affinity)) return []
  return [notSupported('spec.sessionAffinity', affinity, AFFINITIES)]
}

function checkAddress(spec: JsonObject): FieldError[] {
  const address = stringAt(spec, 'clusterIP')
  if (address === '' || address === 'None' || stringAt(spec, 'type') === 'ExternalName') return []
  if (isIP(address) === 0) {
    return [invalid('spec.clusterIPs[0]', address, NO_ADDRESS)]
  }
  return []
}

/** Errors of the address a new Service asks for. */
export function checkAllocation(service: JsonObject): FieldError[] {
  const spec = objectAt(service, 'spec') ?? {}
  const address = stringAt(spec, 'clusterIP')
  if (isIP(address) === 0 || isServiceAddress(address)) return []
  return [
    invalid(
      'spec.clusterIPs',
      printStrings(
        stringsAt(spec, 'clusterIPs').length > 0 ? stringsAt(spec, 'clusterIPs') : [address],
      ),
      `failed to allocate IP ${address}: the provided IP (${address}) is not in the valid range. The range of valid IPs is ${SERVICE_NETWORK.text}`,
    ),
  ]
}

function checkPorts(spec: JsonObject): FieldError[] {
  const ports = objectsAt(spec, 'ports')
  const type = stringAt(spec, 'type')
  const isHeadless = stringAt(spec, 'clusterIP') === 'None'
  if (ports.length === 0) {
    return type === 'ExternalName' || isHeadless ? [] : [required('spec.ports')]
  }
  const names = new Set<string>()
  const errors = ports.flatMap((port, index) =>
    checkPort(port, `spec.ports[${index}]`, ports.length > 1, names),
  )
  if (type === 'ClusterIP') errors.push(...checkNoNodePorts(ports))
  return [...errors, ...checkPortsDiffer(ports)]
}

function checkPort(
  port: JsonObject,
  path: string,
  needsName: boolean,
  names: Set<string>,
): FieldError[] {
  const errors: FieldError[] = []
  const name = stringAt(port, 'name')
  if (name === '' && needsName) errors.push(required(`${path}.name`))
  if (name !== '') {
    errors.push(...checkName(`${path}.name`, name, dns1123Label))
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
  }
  errors.push(...checkPortNumber(numberAt(port, 'port') ?? 0, `${path}.port`))
  const protocol = stringAt(port, 'protocol')
  if (protocol === '') errors.push(required(`${path}.protocol`))
  else if (!PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  }
  const application = stringAt(port, 'appProtocol')
  if (application !== '') {
    errors.push(...checkName(`${path}.appProtocol`, application, labelKey))
  }
  const target = port['targetPort']
  if (typeof target === 'number') errors.push(...checkPortNumber(target, `${path}.targetPort`))
  if (typeof target === 'string') errors.push(...checkName(`${path}.targetPort`, target, portName))
  return [...errors, ...checkNodePort(numberAt(port, 'nodePort') ?? 0, `${path}.nodePort`)]
}

function checkNoNodePorts(ports: readonly JsonObject[]): FieldError[] {
  return ports.flatMap((port, index) =>
    (numberAt(port, 'nodePort') ?? 0) === 0
      ? []
      : [forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")],
  )
}

function checkNodePort(port: number, path: string): FieldError[] {
  const { first, last } = NODE_PORT_RANGE
  if (port === 0 || (port >= first && port <= last)) return []
  return [
    invalid(
      path,
      port,
      `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
    ),
  ]
}

/** Two entries may share a number only when their protocols differ. */
function checkPortsDiffer(ports: readonly JsonObject[]): FieldError[] {
  const seen = new Set<string>()
  const errors: FieldError[] = []
  for (const [index, port] of ports.entries()) {
    const key = `${stringAt(port, 'protocol')}/${numberAt(port, 'port')}`
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${index}]`, printPort(port)))
    seen.add(key)
  }
  return errors
}

/** Go's `%#v` of the key that the API server compares. */
function printPort(port: JsonObject): Printed {
  return {
    printed: `core.ServicePort{Name:"", Protocol:${JSON.stringify(stringAt(port, 'protocol'))}, AppProtocol:(*string)(nil), Port:${numberAt(port, 'port')}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`,
  }
}
