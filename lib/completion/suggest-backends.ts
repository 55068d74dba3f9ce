/** Services for backendRefs and mirrors, their ports, and the namespaces they may be in. */
import type { ServiceFacts, ServicePortFacts } from '@/lib/validation/lints/cluster-facts'
import { isGranted } from '@/lib/validation/lints/reference-grant-manifest'
import { type CompletionContext, textOf } from './completion-context'
import type { Suggestion } from './suggestion'
import { blockText, itemText, scalarText } from './write'

/** A Service of one namespace. */
export interface NamedService {
  readonly name: string
  readonly service: ServiceFacts
  /** That answer, over all of its ports; null while unknown. */
  readonly ready: number | null
}

/** Services of a namespace, those that answer first. */
export function servicesOf({ facts }: CompletionContext, namespace: string): NamedService[] {
  const prefix = `${namespace}/`
  const named = Object.entries(facts.services ?? {}).flatMap(([key, service]) => {
    if (!key.startsWith(prefix)) return []
    return [{ name: key.slice(prefix.length), service, ready: readyOf(service) }]
  })
  return named.sort((left, right) => rank(left) - rank(right) || compare(left.name, right.name))
}

function rank({ ready, service }: NamedService): number {
  if (service.isExternalName) return 2
  return ready === 0 ? 1 : 0
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** TCP ports, which are the only ones a route can name. */
export function tcpPorts({ ports }: ServiceFacts): readonly ServicePortFacts[] {
  return ports.filter(({ protocol }) => protocol === 'TCP')
}

function readyOf(service: ServiceFacts): number | null {
  const known = tcpPorts(service).flatMap(({ ready }) => (ready === null ? [] : [ready]))
  return known.length === 0 ? null : Math.max(...known)
}

function describeReady(ready: number | null): string {
  if (ready === null) return ''
  if (ready === 0) return 'no ready endpoint'
  return ready === 1 ? '1 ready endpoint' : `${ready} ready endpoints`
}

function describeService({ service, ready }: NamedService): string {
  if (service.isExternalName) return 'ExternalName, which gateways refuse'
  const ports = tcpPorts(service).map(({ port }) => port)
  const offered = ports.length === 0 ? 'no TCP port' : `port ${ports.join(', ')}`
  return [offered, describeReady(ready)].filter((part) => part !== '').join(', ')
}

function isServiceReference({ holder }: CompletionContext): boolean {
  const { group = '', kind = 'Service' } = holder
  return group === '' && kind === 'Service'
}

/** For `backendRef.name`. The only port of a Service comes along where none is written. */
export function suggestServices(context: CompletionContext): Suggestion[] {
  const { cursor, holder, namespace } = context
  if (!isServiceReference(context)) return []
  const { layout, lead } = cursor
  return servicesOf(context, textOf(holder, 'namespace') || namespace).map((named) => {
    const [only, ...others] = tcpPorts(named.service)
    const hasPort = 'port' in holder || layout.isQuoted || only === undefined || others.length > 0
    const name = scalarText(named.name, cursor)
    const port = `port: ${only?.port}`
    const both = layout.isFlow ? `${name}, ${port}` : blockText([name, port], layout.keyColumn)
    return {
      kind: 'service',
      label: named.name,
      detail: describeService(named),
      insertText: lead + (hasPort ? name : both),
      isSnippet: false,
    }
  })
}

/** For an item of `backendRefs`: name and port of each Service. */
export function suggestBackendItems(context: CompletionContext): Suggestion[] {
  const { cursor, namespace } = context
  return servicesOf(context, namespace).flatMap((named) => {
    const [only, ...others] = tcpPorts(named.service)
    const port = only === undefined || others.length > 0 ? '$1' : String(only.port)
    const lines = [`name: ${scalarText(named.name, cursor)}`, `port: ${port}`]
    const insertText = itemText(lines, cursor)
    if (insertText === null) return []
    const detail = describeService(named)
    return [{ kind: 'service', label: named.name, detail, insertText, isSnippet: true }]
  })
}

/** For `backendRef.port`: the TCP ports of the Service that is named. */
export function suggestPorts(context: CompletionContext): Suggestion[] {
  const { cursor, facts, holder, namespace } = context
  if (!isServiceReference(context)) return []
  const key = `${textOf(holder, 'namespace') || namespace}/${textOf(holder, 'name')}`
  const service = Object.getOwnPropertyDescriptor(facts.services ?? {}, key)?.value as
    | ServiceFacts
    | undefined
  return (service === undefined ? [] : tcpPorts(service)).map(({ port, appProtocol, ready }) => ({
    kind: 'port',
    label: String(port),
    detail: [`of Service ${key}`, appProtocol ?? '', describeReady(ready)]
      .filter((part) => part !== '')
      .join(', '),
    insertText: `${cursor.lead}${port}`,
    isSnippet: false,
  }))
}

/** For `backendRef.namespace`: namespaces, those that have the named Service first, and whether a ReferenceGrant is missing. */
export function suggestBackendNamespaces(context: CompletionContext): Suggestion[] {
  const { cursor, facts, holder } = context
  const name = textOf(holder, 'name')
  const has = (namespace: string) => `${namespace}/${name}` in (facts.services ?? {})
  return namespaceNames(context)
    .sort((left, right) => Number(has(right)) - Number(has(left)))
    .map((label) => {
      const service = has(label) ? `has Service ${name}` : ''
      const detail = [service, grantOf(context, label, name)].filter((part) => part !== '')
      const insertText = cursor.lead + scalarText(label, cursor)
      return { kind: 'namespace', label, detail: detail.join(', '), insertText, isSnippet: false }
    })
}

function grantOf(context: CompletionContext, namespace: string, name: string): string {
  const { facts, namespace: own } = context
  if (namespace === own) return 'the namespace of the route'
  const { referenceGrants } = facts
  if (referenceGrants === null) return ''
  const names = name === '' ? servicesOf(context, namespace).map((named) => named.name) : [name]
  return names.some((target) => isGranted(referenceGrants, own, { namespace, name: target }))
    ? 'permitted by a ReferenceGrant'
    : `needs a ReferenceGrant for HTTPRoutes of ${own}`
}

/** Names of all namespaces, sorted. */
export function namespaceNames({ facts }: CompletionContext): string[] {
  return (facts.namespaces ?? []).map(({ metadata }) => metadata.name).sort(compare)
}
