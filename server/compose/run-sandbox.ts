/** The embedded cluster: API server, workload controllers and the Pods' runtime, in one process. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { apiVersionOf, KINDS, type ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { startPodRuntime } from '../backends/pod-runtime'
import type { Config } from '../config'
import { createLogger } from '../log'
import type { ApiClient } from '../sandbox/api/contracts'
import { quickstartObjects } from '../sandbox/controllers/seed/quickstart-objects'
import { systemClock } from '../sandbox/controllers/workloads/clock'
import { startWorkloads } from '../sandbox/controllers/workloads/start-workloads'
import { type SandboxServer, startSandboxServer } from '../sandbox/http/sandbox-server'
import { BUILTIN_KINDS } from '../sandbox/kinds/core/builtin-kinds'
import { gatewayApiDefinitions } from './gateway-api-definitions'
import type { RunningPlane } from './running-plane'
import {
  lastPort,
  readOrCreateCertificate,
  readOrCreateToken,
  readPeople,
  writeKubeconfig,
} from './sandbox-access'

/** Pods that are not up by then do not hold the start; kubectl and the pages show what they wait for. */
const SETTLE_MS_MAX = 3_000

/**
 * Garbage is collected when the heap is this many percent larger than what was in use last time. V8's own choice under many
 * writes, up to four times as large, costs 90 MB more and no less time.
 */
const HEAP_GROWTH_PERCENT = 75

/** Starts API server, controllers and Pods, writes the kubeconfig, and on the first start the quickstart objects. */
export async function runSandbox(config: Config): Promise<RunningPlane> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
  const logger = createLogger('sandbox')
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const token = readOrCreateToken(config.dataDirectory)
  const people = readPeople(config.dataDirectory)
  const tls = await readOrCreateCertificate(config.dataDirectory, Date.now())
  const runtime = await startPodRuntime({ logger: createLogger('backends') })
  const server = await startOnUsualPort(config, (port) =>
    startSandboxServer({
      dataDirectory: join(config.dataDirectory, 'cluster'),
      port,
      token,
      people,
      isRbacEnabled: config.sandboxRbac,
      tls,
      builtinKinds: BUILTIN_KINDS,
      pods: runtime,
      crds: gatewayApiDefinitions(),
      logger,
    }),
  )
  await seedQuickstart(server.client)
  const workloads = startWorkloads({
    client: server.client,
    runtime,
    clock: systemClock,
    random: Math.random,
    logger,
  })
  const kubeconfig = writeKubeconfig(config.dataDirectory, {
    server: server.url,
    token,
    certificate: tls.cert,
  })
  await Promise.race([workloads.settled(), delay(SETTLE_MS_MAX, undefined, { ref: false })])
  return {
    details: { kubeconfig },
    stop: async () => {
      await workloads.stop()
      await runtime.stop()
      await server.stop()
    },
  }
}

/** A port asked for must be had; the remembered one only should be, so that terminals with the kubeconfig go on. */
async function startOnUsualPort(
  config: Config,
  start: (port: number) => Promise<SandboxServer>,
): Promise<SandboxServer> {
  if (config.ports.sandbox !== 0) return await start(config.ports.sandbox)
  const usual = lastPort(config.dataDirectory)
  try {
    return await start(usual)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (usual === 0 || !isTaken) throw error
    return await start(0)
  }
}

/** Remembers, in the cluster itself, that the quickstart was there: what a person deletes stays deleted. */
const SEEDED: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'mirrorboard-quickstart', namespace: 'kube-system' },
}

/** Kinds by the words of a manifest: those compiled into the API server, and the Gateway API's. */
const RESOURCES = [...BUILTIN_KINDS.map(({ resource }) => resource), ...Object.values(KINDS)]

function resourceOf({ apiVersion, kind }: KubernetesObject): ResourceKind {
  const resource = RESOURCES.find(
    (known) => known.kind === kind && apiVersionOf(known) === apiVersion,
  )
  if (!resource) throw new Error(`The quickstart has a kind the sandbox does not know: ${kind}.`)
  return resource
}

async function seedQuickstart(client: ApiClient): Promise<void> {
  if (client.get(resourceOf(SEEDED), 'kube-system', SEEDED.metadata.name)) return
  for (const object of quickstartObjects()) {
    const created = await client.create(resourceOf(object), object)
    // A start that was killed half way has left some of them already.
    if (!created.ok && created.code !== 409) throw new Error(created.message)
  }
  await client.create(resourceOf(SEEDED), SEEDED)
}
