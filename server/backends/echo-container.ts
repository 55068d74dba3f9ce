/** One running echo container: its log and its two servers. */
import type { Container, Pod } from '@/lib/gateway-api/types'
import type { EchoHandler } from './answer-request'
import { type ContainerLog, createContainerLog } from './container-log'
import { createEchoBodyWriter } from './echo-response'
import { startEchoServer } from './echo-server'
import { startH2cServer } from './h2c-server'
import type { ListeningServer } from './listening-server'
import type { LoopbackMode } from './loopback-addresses'
import { buildEnvironment } from './pod-environment'
import { RetrySimulation } from './retry-simulation'
import { startTcpEchoServer } from './tcp-echo-server'

export interface EchoContainer {
  readonly log: ContainerLog
  /** Real socket port by container port. */
  readonly ports: Readonly<Record<number, number>>
  stop(graceMs: number): Promise<void>
}

const HTTP_PORT = 3000
const H2C_PORT = 3001

/** Listens on the ports of the image at `podIP`; rejects with the system's error, leaving nothing open. */
export async function startEchoContainer(
  pod: Pod,
  container: Container,
  podIP: string,
  mode: LoopbackMode,
  now: () => number,
): Promise<EchoContainer> {
  const environment = buildEnvironment(pod, container, podIP)
  const log = createContainerLog(now)
  const context = {
    namespace: environment['NAMESPACE'] ?? '',
    ingress: environment['INGRESS_NAME'] ?? '',
    service: environment['SERVICE_NAME'] ?? '',
    pod: environment['POD_NAME'] ?? '',
  }
  const bind = (port: number) => (mode === 'single' ? 0 : port)
  if ((environment['TCP_ECHO_SERVER'] ?? '') !== '') {
    const port = portOf(environment['TCP_PORT'], HTTP_PORT)
    const answer = JSON.stringify({ ...context, tcpport: `${port}`, isTLS: false })
    const server = await startTcpEchoServer(answer, podIP, bind(port))
    log.write(`Starting server, listening on port ${port} (tcp)`)
    return { log, ports: { [port]: server.port }, stop: (graceMs) => server.stop(graceMs) }
  }
  const handler: EchoHandler = {
    log: log.write,
    writeBody: createEchoBodyWriter(context),
    retries: new RetrySimulation(),
  }
  const httpPort = portOf(environment['HTTP_PORT'], HTTP_PORT)
  const h2cPort = portOf(environment['H2C_PORT'], H2C_PORT)
  const started: ListeningServer[] = []
  const stop = async (graceMs: number): Promise<void> => {
    await Promise.all(started.map((server) => server.stop(graceMs)))
  }
  try {
    const http = await startEchoServer(handler, podIP, bind(httpPort))
    started.push(http)
    const h2c = await startH2cServer(handler, podIP, bind(h2cPort))
    started.push(h2c)
    log.write(`Starting server, listening on port ${httpPort} (http)`)
    return { log, ports: { [httpPort]: http.port, [h2cPort]: h2c.port }, stop }
  } catch (error) {
    await stop(0)
    throw error
  }
}

function portOf(text: string | undefined, otherwise: number): number {
  const port = Number(text ?? otherwise)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : otherwise
}
