import type { Gateway, Listener } from './types'

export interface ListenerAddress {
  /** An IP address or a host name, as the Gateway's status says it. */
  readonly host: string
  readonly port: number
  readonly isName: boolean
}

const HOST_PORT = /^(.+):(\d{1,5})$/
/** What Mirrorboard's gateway says of a listener whose own port it may not open. */
const MOVED = /the listener is at .+:(\d{1,5}) instead/

/** Where a listener of a Gateway is reached, by the Gateway's status; null until it has an address. */
export function listenerAddress(gateway: Gateway, listener: Listener): ListenerAddress | null {
  const [address] = gateway.status?.addresses ?? []
  if (address === undefined) return null
  const { type = 'IPAddress', value } = address
  if (!type.endsWith('/HostPort')) {
    return { host: value, port: listener.port, isName: type === 'Hostname' }
  }
  const [, host = value, port = ''] = HOST_PORT.exec(value) ?? []
  return { host, port: movedPort(gateway, listener) ?? Number(port), isName: false }
}

function movedPort({ status }: Gateway, { name, port }: Listener): number | undefined {
  const own = status?.listeners?.find((candidate) => candidate.name === name)
  const programmed = own?.conditions.find(({ type }) => type === 'Programmed')
  if (programmed?.status !== 'True') return undefined
  return Number(MOVED.exec(programmed.message)?.[1] ?? port)
}

/** `host:port` as a URL writes it. */
export function authorityOf({ host, port }: Pick<ListenerAddress, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
