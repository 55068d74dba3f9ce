import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import { namespacedName } from '@/lib/gateway-api/references'
import type { Gateway, Listener, SecretObjectReference } from '@/lib/gateway-api/types'
import type { ClusterIndex } from './cluster-index'
import { type Finding, joinProblems, negative, type Problem, positive } from './condition'
import type { ListenerNode } from './graph'
import { isReferencePermitted } from './reference-grant'
import type { ListenerEntry } from './route-table'

const ROUTE_KIND = { group: GATEWAY_API_GROUP, kind: 'HTTPRoute' }

type Certificate = NonNullable<ListenerEntry['certificates']>[number]

/**
 * The listeners of a Gateway with what stands against each. https://gateway-api.sigs.k8s.io/reference/spec/#listenerstatus
 */
export function buildListeners(index: ClusterIndex, gateway: Gateway): readonly ListenerNode[] {
  const { listeners } = gateway.spec
  return listeners.map((listener) => buildListener(index, gateway, listener, listeners))
}

function buildListener(
  index: ClusterIndex,
  gateway: Gateway,
  listener: Listener,
  all: readonly Listener[],
): ListenerNode {
  const unsupported = findUnsupported(listener)
  const conflict = unsupported === null ? findConflict(listener, all) : null
  const kinds = supportedKinds(listener)
  const certificates = readCertificates(index, gateway, listener)
  const unresolved = joinProblems([...kinds.problems, ...certificates.problems])
  const stands = unsupported ?? conflict
  const servable = stands === null && certificates.problems.length === 0
  return {
    source: listener,
    accepted:
      stands === null
        ? positive('Accepted', 'The listener is accepted.')
        : negative('Accepted', stands),
    conflicted: toConflicted(conflict),
    resolvedRefs:
      unresolved === null
        ? positive('ResolvedRefs', 'All references are resolved.')
        : negative('ResolvedRefs', unresolved),
    supportedKinds: unsupported === null ? kinds.supported : [],
    entry: servable ? toEntry(listener, certificates.certificates) : undefined,
  }
}

function toEntry(listener: Listener, certificates: readonly Certificate[]): ListenerEntry {
  const secure = listener.protocol === 'HTTPS'
  return {
    name: listener.name,
    port: listener.port,
    protocol: secure ? 'HTTPS' : 'HTTP',
    hostname: (listener.hostname ?? '').toLowerCase(),
    ...(secure ? { certificates } : {}),
  }
}

function toConflicted(conflict: Problem | null): Finding {
  if (conflict !== null) return { type: 'Conflicted', status: 'True', ...conflict }
  const message = 'No other listener is in the way.'
  return negative('Conflicted', { reason: 'NoConflicts', message })
}

function findUnsupported(listener: Listener): Problem | null {
  const { protocol } = listener
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    const message = `Protocol ${protocol} is not supported; HTTP and HTTPS are.`
    return { reason: 'UnsupportedProtocol', message }
  }
  if (protocol === 'HTTPS' && listener.tls?.mode === 'Passthrough') {
    return { reason: 'UnsupportedValue', message: 'TLS mode Passthrough is not supported.' }
  }
  return null
}

/** Listeners must differ in port, or share the protocol and differ in hostname. Every one involved is in conflict. */
function findConflict(listener: Listener, all: readonly Listener[]): Problem | null {
  const neighbours = all.filter((other) => other !== listener && other.port === listener.port)
  const otherProtocol = neighbours.find((other) => other.protocol !== listener.protocol)
  if (otherProtocol !== undefined) {
    const message = `Listener ${otherProtocol.name} uses port ${listener.port} for ${otherProtocol.protocol}.`
    return { reason: 'ProtocolConflict', message }
  }
  const hostname = (listener.hostname ?? '').toLowerCase()
  const twin = neighbours.find((other) => (other.hostname ?? '').toLowerCase() === hostname)
  if (twin === undefined) return null
  const message = `Listener ${twin.name} has the same port and hostname.`
  return { reason: 'HostnameConflict', message }
}

function supportedKinds(listener: Listener) {
  const asked = listener.allowedRoutes?.kinds ?? []
  if (asked.length === 0) return { supported: [ROUTE_KIND], problems: [] }
  const isKnown = ({ group = GATEWAY_API_GROUP, kind }: { group?: string; kind: string }) =>
    group === ROUTE_KIND.group && kind === ROUTE_KIND.kind
  const problems = asked
    .filter((kind) => !isKnown(kind))
    .map(({ group = GATEWAY_API_GROUP, kind }) => ({
      reason: 'InvalidRouteKinds',
      message: `Routes of kind ${kind}.${group} are not supported.`,
    }))
  return { supported: asked.some(isKnown) ? [ROUTE_KIND] : [], problems }
}

function readCertificates(
  index: ClusterIndex,
  gateway: Gateway,
  listener: Listener,
): { readonly certificates: readonly Certificate[]; readonly problems: readonly Problem[] } {
  if (listener.protocol !== 'HTTPS') return { certificates: [], problems: [] }
  const references = listener.tls?.certificateRefs ?? []
  if (references.length === 0) {
    return { certificates: [], problems: [invalidCertificate('tls.certificateRefs is empty.')] }
  }
  const certificates: Certificate[] = []
  const problems: Problem[] = []
  for (const reference of references) {
    const read = readCertificate(index, gateway, reference)
    if ('reason' in read) problems.push(read)
    else certificates.push(read)
  }
  return { certificates, problems }
}

function readCertificate(
  index: ClusterIndex,
  gateway: Gateway,
  reference: SecretObjectReference,
): Certificate | Problem {
  const own = gateway.metadata.namespace ?? ''
  const { group = '', kind = 'Secret', namespace = own, name } = reference
  const key = namespacedName(namespace, name)
  if (group !== '' || kind !== 'Secret') {
    return invalidCertificate(`${kind} "${key}" is not a Secret.`)
  }
  const permitted = isReferencePermitted(index, {
    from: { group: GATEWAY_API_GROUP, kind: 'Gateway', namespace: own },
    to: { group, kind, namespace, name },
  })
  if (!permitted) {
    const message = `No ReferenceGrant in namespace ${namespace} lets Gateways of ${own} refer to Secret ${name}.`
    return { reason: 'RefNotPermitted', message }
  }
  const secret = index.secrets.get(key)
  if (secret === undefined) return invalidCertificate(`Secret "${key}" not found.`)
  const certificate = decodePem(secret.data?.['tls.crt'])
  const privateKey = decodePem(secret.data?.['tls.key'])
  if (certificate === null || privateKey === null) {
    return invalidCertificate(`Secret "${key}" has no PEM in tls.crt and tls.key.`)
  }
  return { certificate, privateKey }
}

function decodePem(base64: string | undefined): string | null {
  if (base64 === undefined) return null
  try {
    const text = atob(base64)
    return text.includes('-----BEGIN ') && text.includes('-----END ') ? text : null
  } catch {
    // Not base64: the API server would not have stored it, and it is no certificate either way.
    return null
  }
}

function invalidCertificate(message: string): Problem {
  return { reason: 'InvalidCertificateRef', message }
}
