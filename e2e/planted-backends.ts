/** Two versions of a service, run by the test, whose answers differ in known ways; the sandbox is told where they are. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { kubectl } from './commands'

export interface PlantedBackend {
  readonly name: string
  /** Requests answered so far, by method. */
  readonly requests: Record<string, number>
  close(): Promise<void>
}

/** What a version answers to its n-th request: a body, as JSON or already written, headers, and a status that is not 200. */
export type PlantedAnswer = (n: number) => {
  readonly body: object | string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Starts a server and a Service of that name with it as the only endpoint. */
export async function plantBackend(name: string, answer: PlantedAnswer): Promise<PlantedBackend> {
  const requests: Record<string, number> = {}
  let count = 0
  const server = createServer((incoming, response) => {
    const { method = '' } = incoming
    requests[method] = (requests[method] ?? 0) + 1
    count += 1
    const { body, headers, status = 200 } = answer(count)
    incoming.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await kubectl('apply -f -', endpointsOf(name, (server.address() as AddressInfo).port))
  return { name, requests, close: () => close(server, name) }
}

async function close(server: Server, name: string): Promise<void> {
  await kubectl(`delete --ignore-not-found svc/${name} endpointslice/${name}`)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

function endpointsOf(name: string, port: number): string {
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {ports: [{name: http, port: 80, targetPort: ${port}}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
ports: [{name: http, port: ${port}, protocol: TCP}]
endpoints: [{addresses: [127.0.0.1], conditions: {ready: true}}]
`
}
