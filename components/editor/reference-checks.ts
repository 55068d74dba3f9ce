/**
 * Checks that admission can't make, because they need the rest of the cluster: do the Services exist that a route names?
 * They are warnings: the Service may come later, and the API server accepts the route without it. Pure.
 */
import type { Diagnostic, TextRange } from '@/lib/validation/diagnostic'
import type { ClusterFacts } from './validation-messages'

/** One document of the text, with the place of each of its fields. */
export interface LocatedDocument {
  readonly documentIndex: number
  readonly object: unknown
  /** Range of the field at a path such as `spec.rules[0].backendRefs[1].name`. */
  rangeOf(fieldPath: string): TextRange
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const BACKEND_SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref'
const MIRROR_SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/#httprequestmirrorfilter'

interface BackendPlace {
  readonly reference: Fields
  readonly path: string
  readonly isMirror: boolean
}

/** Every backend a route's rules name, primary and mirror. */
function backendPlaces(route: Fields): readonly BackendPlace[] {
  return listOf(fieldsOf(route['spec'])['rules']).flatMap((rule, ruleIndex) => {
    const rulePath = `spec.rules[${ruleIndex}]`
    const primaries = listOf(fieldsOf(rule)['backendRefs']).map((reference, index) => ({
      reference: fieldsOf(reference),
      path: `${rulePath}.backendRefs[${index}]`,
      isMirror: false,
    }))
    const mirrors = listOf(fieldsOf(rule)['filters']).flatMap((filter, index) => {
      const mirror = fieldsOf(fieldsOf(filter)['requestMirror'])
      if (mirror['backendRef'] === undefined) return []
      const path = `${rulePath}.filters[${index}].requestMirror.backendRef`
      return [{ reference: fieldsOf(mirror['backendRef']), path, isMirror: true }]
    })
    return [...primaries, ...mirrors]
  })
}

interface BackendTarget {
  readonly namespace: string
  readonly name: string
  readonly port: number | undefined
}

/** The Service a reference means; undefined for another kind, or where schema validation speaks first. */
function serviceTarget(reference: Fields, routeNamespace: string): BackendTarget | undefined {
  const { group = '', kind = 'Service', name, namespace = routeNamespace, port } = reference
  if (group !== '' || kind !== 'Service') return undefined
  if (typeof name !== 'string' || name === '' || typeof namespace !== 'string') return undefined
  return { namespace, name, port: typeof port === 'number' ? port : undefined }
}

const ECHO_PORT = 3000

function notFound(
  place: BackendPlace,
  target: BackendTarget,
  document: LocatedDocument,
): Diagnostic {
  const { namespace, name, port = ECHO_PORT } = target
  const effect = place.isMirror
    ? 'its copies are dropped, and the primary goes on'
    : 'its share of the requests is answered with status 500'
  return {
    severity: 'warning',
    code: place.isMirror ? 'mirror.backend-not-found' : 'backend.not-found',
    message: `Service "${namespace}/${name}" does not exist: ${effect}.`,
    fieldPath: `${place.path}.name`,
    documentIndex: document.documentIndex,
    range: document.rangeOf(`${place.path}.name`),
    specUrl: place.isMirror ? MIRROR_SPEC : BACKEND_SPEC,
    fix: { kind: 'create-backend', namespace, name, port },
  }
}

function portNotFound(
  place: BackendPlace,
  target: BackendTarget,
  ports: readonly number[],
  document: LocatedDocument,
): Diagnostic {
  const offered =
    ports.length === 0 ? 'no port' : new Intl.ListFormat('en').format(ports.map(String))
  return {
    severity: 'warning',
    code: place.isMirror ? 'mirror.port-not-found' : 'backend.port-not-found',
    message: `Service "${target.namespace}/${target.name}" has no port ${target.port}; it offers ${offered}.`,
    fieldPath: `${place.path}.port`,
    documentIndex: document.documentIndex,
    range: document.rangeOf(`${place.path}.port`),
  }
}

/** Warnings about Services that are missing or lack the port. Nothing while the cluster's Services are unknown. */
export function checkBackends(
  document: LocatedDocument,
  facts: ClusterFacts,
  defaultNamespace: string,
): readonly Diagnostic[] {
  const route = fieldsOf(document.object)
  const { services } = facts
  if (services === null || route['kind'] !== 'HTTPRoute') return []
  const { namespace = defaultNamespace } = fieldsOf(route['metadata'])
  return backendPlaces(route).flatMap((place) => {
    const target = serviceTarget(place.reference, String(namespace))
    if (target === undefined) return []
    const ports = services[`${target.namespace}/${target.name}`]
    if (ports === undefined) return [notFound(place, target, document)]
    if (target.port === undefined || ports.includes(target.port)) return []
    return [portNotFound(place, target, ports, document)]
  })
}
