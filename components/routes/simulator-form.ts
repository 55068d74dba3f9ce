/** The simulator's form: text fields → the request to simulate, with a sentence for each wrong field. Pure. */
import { parseTrafficForm, type TrafficForm } from '@/components/request/traffic-form'
import { keyOf } from '@/lib/gateway-api/references'
import type { Gateway, Listener } from '@/lib/gateway-api/types'
import type { SimulatedRequest } from '@/lib/simulation/match-simulation'

export const SCHEMES = ['http', 'https'] as const
type Scheme = SimulatedRequest['scheme']

export interface SimulatorForm {
  readonly gateway: string
  readonly scheme: Scheme
  /** Empty for the scheme's first port. */
  readonly port: string
  readonly method: string
  readonly host: string
  readonly path: string
  /** One `Name: value` a line. */
  readonly headers: string
}

export type SimulatorFormErrors = Partial<Record<keyof SimulatorForm, string>>

export interface PortChoice {
  readonly port: number
  /** Names of the listeners there. */
  readonly listeners: readonly string[]
}

function schemeOf({ protocol }: Listener): Scheme | null {
  if (protocol === 'HTTP') return 'http'
  return protocol === 'HTTPS' ? 'https' : null
}

/** The ports at which a Gateway serves a scheme, in the order of its listeners. */
export function portsOf(gateway: Gateway | undefined, scheme: Scheme): readonly PortChoice[] {
  const listeners = gateway?.spec.listeners.filter((one) => schemeOf(one) === scheme) ?? []
  return [...new Set(listeners.map(({ port }) => port))].map((port) => ({
    port,
    listeners: listeners.filter((one) => one.port === port).map(({ name }) => name),
  }))
}

/** A form whose request arrives at the listener that the route's first parentRef names, else at the Gateway's first. */
export function initialForm(initial: TrafficForm, gateways: readonly Gateway[]): SimulatorForm {
  const key = initial.gateway || (gateways[0] ? keyOf(gateways[0]) : '')
  const listeners = gateways.find((one) => keyOf(one) === key)?.spec.listeners ?? []
  const listener = listeners.find(({ name }) => name === initial.listener) ?? listeners[0]
  const { method, host, path, headers } = initial
  return {
    gateway: key,
    scheme: (listener && schemeOf(listener)) ?? 'http',
    port: initial.listener === '' ? '' : String(listener?.port ?? ''),
    method,
    host,
    path,
    headers,
  }
}

export type ParsedSimulatorForm =
  | { readonly ok: true; readonly request: SimulatedRequest }
  | { readonly ok: false; readonly errors: SimulatorFormErrors }

/** The request, or what is wrong with each field. */
export function parseSimulatorForm(
  form: SimulatorForm,
  gateways: readonly Gateway[],
): ParsedSimulatorForm {
  const { gateway, scheme, method, host, path, headers } = form
  const fields = { gateway, method, host, path, headers, listener: '' }
  const parsed = parseTrafficForm({ ...fields, rate: '1', duration: '1' })
  if (!parsed.ok) return parsed
  const ports = portsOf(
    gateways.find((one) => keyOf(one) === gateway),
    scheme,
  )
  const port = ports.find((choice) => String(choice.port) === form.port) ?? ports[0]
  if (port === undefined) {
    const message = `${gateway} has no ${scheme.toUpperCase()} listener.`
    return { ok: false, errors: { scheme: message } }
  }
  return {
    ok: true,
    request: {
      gateway,
      scheme,
      port: port.port,
      method: parsed.request.method ?? 'GET',
      host: parsed.request.host,
      path: parsed.request.path ?? '/',
      headers: parsed.request.headers ?? [],
    },
  }
}
