/** Gateways and listeners for parentRefs, and hostnames that fit them. */
import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import { keyOf } from '@/lib/gateway-api/references'
import type { Gateway, Listener } from '@/lib/gateway-api/types'
import { parentGatewayKey } from '@/lib/routing/attach-route'
import { intersectHostnames } from '@/lib/routing/hostname'
import { type CompletionContext, textOf } from './completion-context'
import { namespaceNames } from './suggest-backends'
import type { Suggestion } from './suggestion'
import { blockText, itemText, scalarText } from './write'

function isGatewayReference({ holder }: CompletionContext): boolean {
  const { group = GATEWAY_API_GROUP, kind = 'Gateway' } = holder
  return group === GATEWAY_API_GROUP && kind === 'Gateway'
}

/** Gateways, those of a namespace first. */
export function gatewaysFrom({ facts }: CompletionContext, namespace: string): readonly Gateway[] {
  const isOwn = ({ metadata }: Gateway) => metadata.namespace === namespace
  return [...(facts.gateways ?? [])].sort(
    (left, right) =>
      Number(isOwn(right)) - Number(isOwn(left)) || (keyOf(left) < keyOf(right) ? -1 : 1),
  )
}

function describeGateway({ spec }: Gateway): string {
  const listeners = spec.listeners.map(({ name, port }) => `${name} on ${port}`)
  return `class ${spec.gatewayClassName}, ${listeners.join(', ')}`
}

/** The fields of a parentRef; the namespace only where it is not the route's. */
function parentLines(gateway: Gateway, { cursor, namespace }: CompletionContext): string[] {
  const { name, namespace: own = '' } = gateway.metadata
  const lines = [scalarText(name, cursor)]
  return own === namespace ? lines : [...lines, `namespace: ${scalarText(own, cursor)}`]
}

function gatewayLabel(gateway: Gateway, namespace: string): string {
  return gateway.metadata.namespace === namespace ? gateway.metadata.name : keyOf(gateway)
}

/** For `parentRef.name`. A Gateway of another namespace brings that along where none is written. */
export function suggestGateways(context: CompletionContext): Suggestion[] {
  const { cursor, holder, namespace } = context
  if (!isGatewayReference(context)) return []
  const { layout, lead } = cursor
  const written = 'namespace' in holder
  const from = textOf(holder, 'namespace') || namespace
  return gatewaysFrom(context, from).flatMap((gateway) => {
    const isHere = gateway.metadata.namespace === from
    if (!isHere && (written || layout.isQuoted)) return []
    const [name = '', ...rest] = written
      ? [scalarText(gateway.metadata.name, cursor)]
      : parentLines(gateway, context)
    const text = layout.isFlow
      ? [name, ...rest].join(', ')
      : blockText([name, ...rest], layout.keyColumn)
    return [
      {
        kind: 'gateway',
        label: written ? gateway.metadata.name : gatewayLabel(gateway, namespace),
        detail: describeGateway(gateway),
        insertText: lead + text,
        isSnippet: false,
      },
    ]
  })
}

/** For an item of `parentRefs`: each Gateway. */
export function suggestParentItems(context: CompletionContext): Suggestion[] {
  const { cursor, namespace } = context
  return gatewaysFrom(context, namespace).flatMap((gateway) => {
    const [name = '', ...rest] = parentLines(gateway, context)
    const insertText = itemText([`name: ${name}`, ...rest], cursor)
    if (insertText === null) return []
    const label = gatewayLabel(gateway, namespace)
    const detail = describeGateway(gateway)
    return [{ kind: 'gateway', label, detail, insertText, isSnippet: false }]
  })
}

/** For `parentRef.namespace`: namespaces, those with Gateways first. */
export function suggestParentNamespaces(context: CompletionContext): Suggestion[] {
  const { cursor, facts } = context
  const gatewaysIn = (namespace: string) =>
    (facts.gateways ?? []).filter(({ metadata }) => metadata.namespace === namespace)
  return namespaceNames(context)
    .sort(
      (left, right) => Number(gatewaysIn(right).length > 0) - Number(gatewaysIn(left).length > 0),
    )
    .map((label) => {
      const names = gatewaysIn(label).map(({ metadata }) => metadata.name)
      const detail = names.length === 0 ? 'no Gateway' : `Gateway ${names.join(', ')}`
      const insertText = cursor.lead + scalarText(label, cursor)
      return { kind: 'namespace', label, detail, insertText, isSnippet: false }
    })
}

function namedGateway(context: CompletionContext): Gateway | undefined {
  const { facts, holder, namespace } = context
  const key = `${textOf(holder, 'namespace') || namespace}/${textOf(holder, 'name')}`
  return facts.gateways?.find((gateway) => keyOf(gateway) === key)
}

function describeListener({ hostname = '', port, protocol }: Listener): string {
  const hosts = hostname === '' ? 'every hostname' : hostname
  return `${protocol} on port ${port}, ${hosts}`
}

/** For `parentRef.sectionName`: the listeners of the Gateway that is named. */
export function suggestListeners(context: CompletionContext): Suggestion[] {
  const { cursor } = context
  if (!isGatewayReference(context)) return []
  return (namedGateway(context)?.spec.listeners ?? []).map((listener) => ({
    kind: 'listener',
    label: listener.name,
    detail: describeListener(listener),
    insertText: cursor.lead + scalarText(listener.name, cursor),
    isSnippet: false,
  }))
}

/** For `parentRef.port`: the ports of the named Gateway's listeners. */
export function suggestListenerPorts(context: CompletionContext): Suggestion[] {
  const { cursor } = context
  if (!isGatewayReference(context)) return []
  const listeners = namedGateway(context)?.spec.listeners ?? []
  return [...new Set(listeners.map(({ port }) => port))].map((port) => {
    const names = listeners.filter((listener) => listener.port === port).map(({ name }) => name)
    const detail = `listener ${names.join(', ')}`
    const insertText = `${cursor.lead}${port}`
    return { kind: 'port', label: String(port), detail, insertText, isSnippet: false }
  })
}

/** The listeners the route's parentRefs name, with the name of their Gateway. */
function parentListeners({ facts, route }: CompletionContext) {
  return (route.spec.parentRefs ?? []).flatMap((parentRef) => {
    const key = parentGatewayKey(route, parentRef)
    const gateway = facts.gateways?.find((candidate) => keyOf(candidate) === key)
    return (gateway?.spec.listeners ?? [])
      .filter(
        ({ name, port }) =>
          (parentRef.sectionName ?? name) === name && (parentRef.port ?? port) === port,
      )
      .map((listener) => ({ gateway: gateway?.metadata.name ?? '', listener }))
  })
}

/** Hostnames that a listener of the route's parents takes, by what is known of each; without parents, of any route. */
export function fittingHostnames(context: CompletionContext): ReadonlyMap<string, string> {
  const { facts, route } = context
  const found = new Map<string, string>()
  const listeners = parentListeners(context)
  for (const { gateway, listener } of listeners) {
    const { hostname = '', name } = listener
    if (hostname !== '') found.set(hostname, `listener ${name} of Gateway ${gateway}`)
  }
  const fits = (hostname: string) =>
    listeners.length === 0 ||
    listeners.some(({ listener }) => intersectHostnames(listener.hostname ?? '', hostname) !== null)
  for (const other of facts.httpRoutes ?? []) {
    if (keyOf(other) === keyOf(route)) continue
    for (const hostname of other.spec.hostnames ?? []) {
      if (!found.has(hostname) && fits(hostname)) {
        found.set(hostname, `also of HTTPRoute ${keyOf(other)}`)
      }
    }
  }
  return found
}

/** For `hostnames` and its items: what the listeners take and other routes use, but for what the route has. */
export function suggestHostnames(context: CompletionContext): Suggestion[] {
  const { cursor, route } = context
  const own = new Set(route.spec.hostnames)
  return [...fittingHostnames(context)].flatMap(([hostname, detail]) => {
    if (own.has(hostname)) return []
    const text = scalarText(hostname, cursor)
    const isItem = typeof cursor.path.at(-1) === 'number'
    const insertText = isItem ? cursor.lead + text : itemText([text], cursor)
    if (insertText === null) return []
    return [{ kind: 'hostname', label: hostname, detail, insertText, isSnippet: false }]
  })
}
