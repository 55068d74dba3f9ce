/** What stands behind a Service → what it can do, in a chip and sentences. Pure. */
import { plural } from '@/components/format/numbers'
import type { ServiceEndpoint, ServicePortEndpoints } from '@/lib/routing/service-endpoints'
import type { ServiceView } from './service-view'

export interface ServiceSummary {
  readonly tone: 'ok' | 'warn' | 'neutral'
  readonly text: string
}

/** Whether the Gateway can send requests to it. A name that resolves elsewhere it doesn't look up. */
export function isAnswering({ isReady, isName }: ServiceEndpoint): boolean {
  return isReady && !isName
}

/** `1 of 2 endpoints ready`. */
export function summarizeService({ kind, endpoints, ports }: ServiceView): ServiceSummary {
  if (kind === 'external-name') return { tone: 'warn', text: 'ExternalName' }
  if (endpoints === null) return { tone: 'neutral', text: 'endpoints unknown' }
  const ready = endpoints.filter(isAnswering).length
  const isServed = ports.every((port) => port.protocol !== 'TCP' || port.ready !== 0)
  const tone = ready > 0 && ready === endpoints.length && isServed ? 'ok' : 'warn'
  return { tone, text: `${ready} of ${plural(endpoints.length, 'endpoint')} ready` }
}

/** What is to be known of a Service beyond its numbers: why it answers nobody, and what is unusual about it. */
export function describeService(service: ServiceView): readonly string[] {
  const { kind, endpoints, externalName } = service
  if (kind === 'external-name') {
    return [
      `It is another name for ${externalName || 'nothing'} and has no endpoints. Mirrorboard’s gateway refuses a Service of type ExternalName as a backend, and others may.`,
    ]
  }
  if (endpoints === null)
    return ['Its EndpointSlices can’t be read: whether it answers is unknown.']
  const who = describeSource(service)
  if (!endpoints.some(isAnswering)) return [`${whyEmpty(service)} ${CONSEQUENCE}`, ...who]
  return [...portTrouble(service), ...lagging(service), ...who]
}

const CONSEQUENCE = 'Requests sent here are answered with an error by the Gateway.'

function whyEmpty(service: ServiceView): string {
  const { name, hasSelector, pods, unlisted } = service
  const endpoints = service.endpoints ?? []
  if (endpoints.length > 0) return whyNoneReady(endpoints)
  if (!hasSelector) {
    return `It has no selector, and no EndpointSlice with the label kubernetes.io/service-name: ${name} has an address.`
  }
  if (pods === null) return 'It has no endpoint; its Pods can’t be read.'
  if (pods.length === 0) return 'It has no endpoint: no Pod matches its selector.'
  if (unlisted.length > 0) {
    const are = unlisted.length === 1 ? 'is' : 'are'
    return `${plural(unlisted.length, 'Pod')} ${are} ready, and no EndpointSlice lists an address yet.`
  }
  return 'It has no endpoint: none of its Pods is ready.'
}

function whyNoneReady(endpoints: readonly ServiceEndpoint[]): string {
  if (endpoints.every(({ isName }) => isName)) {
    return 'Its endpoints are names to be resolved elsewhere (addressType FQDN), which gateways don’t use.'
  }
  const [only, ...others] = endpoints
  const whole =
    others.length === 0 ? 'Its only endpoint is' : `All its ${endpoints.length} endpoints are`
  if (endpoints.every(({ isTerminating }) => isTerminating)) return `${whole} terminating.`
  return only !== undefined && others.length === 0
    ? 'Its only endpoint is not ready.'
    : `None of its ${endpoints.length} endpoints is ready.`
}

/** Ports that nobody serves although somebody is ready: their names don't meet. */
function portTrouble({ ports, slicePortNames }: ServiceView): readonly string[] {
  if (ports.length === 0) return ['It has no port, so no route can name it as a backend.']
  const names = slicePortNames.map((name) => (name === '' ? 'without a name' : `"${name}"`))
  const has = names.length === 0 ? 'none' : new Intl.ListFormat('en').format(names)
  return ports
    .filter(({ protocol, ready }) => protocol === 'TCP' && ready === 0)
    .map(
      (port) =>
        `No ready endpoint serves ${portName(port)}: ports of its EndpointSlices are ${has}. Requests for it are answered with an error by the Gateway.`,
    )
}

function portName({ port, name }: ServicePortEndpoints): string {
  return name === '' ? `port ${port}, which has no name` : `port ${port} ("${name}")`
}

function lagging({ unlisted }: ServiceView): readonly string[] {
  if (unlisted.length === 0) return []
  const who = unlisted.length === 1 ? `Pod ${unlisted[0]} is` : `${unlisted.length} Pods are`
  return [`${who} ready and in no EndpointSlice yet: no request gets there.`]
}

function describeSource({
  hasSelector,
  kind,
  managers,
  endpoints,
}: ServiceView): readonly string[] {
  const isHeadless = kind === 'headless'
  if (hasSelector || endpoints?.length === 0) {
    return isHeadless ? ['It is headless: the Gateway sends to its endpoints directly.'] : []
  }
  const writer = managers.length === 0 ? 'somebody' : new Intl.ListFormat('en').format(managers)
  const headless = isHeadless ? ' and is headless' : ''
  return [`It has no selector${headless}: ${writer} keeps its EndpointSlices.`]
}

/** `Ready`, `Not ready`, `Terminating, still serving`. */
export function endpointState(endpoint: ServiceEndpoint): string {
  const { isReady, isServing, isTerminating, isName } = endpoint
  if (isName) return 'A name: not used'
  if (isTerminating) return isServing ? 'Terminating, still serving' : 'Terminating'
  if (isReady) return isServing ? 'Ready' : 'Ready, not serving'
  return isServing ? 'Serving, not ready' : 'Not ready'
}
