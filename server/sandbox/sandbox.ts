/**
 * The door: a data directory → a cluster at a URL. It wires the rooms: the context of all requests, the controllers that belong to
 * the API itself, HTTP with its routes, and, where something runs Pods, the controllers of workloads.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { JsonObject } from '@/lib/shared/json'
import type { ApiClient, PodRuntime } from './api/contracts'
import { seedQuickstart } from './controllers/seed/seed-quickstart'
import { startControllers } from './controllers/start-controllers'
import { systemClock } from './controllers/workloads/clock'
import { startWorkloads, type Workloads } from './controllers/workloads/start-workloads'
import { type HttpServerOptions, SandboxStartError, startHttpServer } from './http/http-server'
import type { ServerContext } from './requests/api-request'
import { type ContextOptions, openContext } from './requests/open-context'
import type { StaticToken } from './requests/service-account-tokens'
import { parseTokenFile } from './requests/token-file'
import { routesOf } from './resources/router'

export interface SandboxOptions extends ContextOptions, HttpServerOptions {
  /** Runs the Pods of workloads, and gives their logs and ports. Absent: workloads are stored, and nothing acts on them. */
  readonly runtime?: PodRuntime
  /** CustomResourceDefinitions that must exist from the start. */
  readonly crds?: readonly JsonObject[]
  /** Kube-apiserver's static token file, of people beside the administrator; it need not be there. */
  readonly tokenFile?: string
  /** Whether a new cluster begins with the quickstart's objects; it needs the Gateway API's definitions. */
  readonly hasQuickstart?: boolean
}

export interface Sandbox {
  readonly url: string
  readonly port: number
  /** The API without HTTP, for whoever shares the process. */
  readonly client: ApiClient
  /** Resolves when the workloads have nothing left to do now. */
  settled(): Promise<void>
  /** Ends watches, finishes what is in flight, closes the store. Pods keep running; stopping them is the runtime's business. */
  stop(): Promise<void>
}

/** Starts the cluster. Rejects with a SandboxStartError when the data or the port cannot be had. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { runtime } = options
  const people = [...(options.people ?? []), ...readPeople(options.tokenFile)]
  const opened = openContext({
    ...options,
    people,
    ...(runtime !== undefined && { pods: runtime }),
  })
  if (!opened.ok) throw new SandboxStartError(opened.message)
  const { context } = opened
  const controllers = await startControllers(context, options)
  const { client } = controllers
  const http = await startHttpServer(options, context, routesOf(context)).catch(
    async (error: unknown) => {
      controllers.stop()
      await context.store.close()
      throw error
    },
  )
  let workloads: Workloads | undefined
  const stop = async () => {
    await workloads?.stop()
    context.health.stop()
    controllers.stop()
    context.hub.stop()
    for (const end of context.forwards) end()
    await http.stop()
    await context.store.close()
  }
  if (options.hasQuickstart === true) {
    await seedQuickstart(context.kinds, client).catch(async (error: unknown) => {
      await stop()
      throw error
    })
  }
  if (runtime !== undefined) workloads = startWorkloadsOn(context, client, runtime)
  const { url, port } = http
  return { url, port, client, settled: async () => await workloads?.settled(), stop }
}

function startWorkloadsOn(context: ServerContext, client: ApiClient, runtime: PodRuntime) {
  const { logger } = context
  return startWorkloads({ client, runtime, clock: systemClock, random: Math.random, logger })
}

/** Throws the file system's error, or a SandboxStartError that names the line that cannot be read. */
function readPeople(path: string | undefined): readonly StaticToken[] {
  if (path === undefined || !existsSync(path)) return []
  const read = parseTokenFile(readFileSync(path, 'utf8'))
  if (read.ok) return read.tokens
  throw new SandboxStartError(`The sandbox cluster cannot start: ${path}, ${read.message}`)
}
