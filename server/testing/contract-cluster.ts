/**
 * The cluster that contract tests run against: a sandbox with its controllers and Pods, or the one that
 * MIRRORBOARD_TEST_KUBECONFIG names, which needs the Gateway API v1.7 definitions and the right to make namespaces.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPodRuntime } from '../backends/pod-runtime'
import { type Cluster, loadCluster } from '../kube/load-cluster'
import type { KubeRequest } from '../kube/transport'
import { createLogger } from '../log'
import {
  gatewayApiDefinitions,
  parseAnswer,
  startTestSandbox,
  type TestAnswer,
} from './start-sandbox'

/** The kubeconfig of a real cluster; undefined means that the tests start a sandbox. */
export const OUTSIDE = process.env['MIRRORBOARD_TEST_KUBECONFIG']

/** For titles: what the tests run against. */
export const CLUSTER_NAME = OUTSIDE === undefined ? 'the sandbox' : 'MIRRORBOARD_TEST_KUBECONFIG'

export interface KubectlOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  /** Ends kubectl once its output matches. */
  readonly until?: RegExp
}

export interface ContractCluster {
  readonly cluster: Cluster
  /** A namespace of this test file's own, gone when it stops. */
  readonly namespace: string
  /** One request; its answer whatever the code, as text when it is no JSON. */
  send(
    method: KubeRequest['method'],
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<Pick<TestAnswer, 'status' | 'body'> & { readonly warnings: readonly string[] }>
  /** What kubectl prints, both streams as they come, in that namespace. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>
  stop(): Promise<void>
}

/** Whether kubectl is installed. */
export function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Starts a sandbox where no cluster is named, and makes the namespace. Its Deployments get their Pods unless `hasControllers` is false. */
export async function startContractCluster(
  options: { hasControllers?: boolean } = {},
): Promise<ContractCluster> {
  const started = await startCluster(options.hasControllers ?? true)
  const loaded = loadCluster({ kubeconfigPath: started.kubeconfig })
  if (!loaded.ok) throw new Error(loaded.message)
  const { cluster } = loaded
  const namespace = `mirrorboard-contract-${process.pid}-${Date.now().toString(36)}`
  const home = await mkdtemp(join(tmpdir(), 'mirrorboard-contract-'))
  const send: ContractCluster['send'] = async (method, path, body, contentType) => {
    const request = { method, path, body, ...(contentType === undefined ? {} : { contentType }) }
    const answer = await cluster.transport.send(request, ANY_CODE)
    const { status, warnings } = answer
    return { status, warnings, body: parseAnswer(answer.body) }
  }
  const namespaces = '/api/v1/namespaces'
  const meta = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  const made = await send('POST', namespaces, meta)
  if (made.status !== 201) throw new Error(made.body.message)
  return {
    cluster,
    namespace,
    send,
    kubectl: (args, options) =>
      runKubectl(
        ['-n', namespace, ...args],
        { KUBECONFIG: started.kubeconfig, HOME: home },
        options,
      ),
    async stop() {
      await send('DELETE', `${namespaces}/${namespace}`)
      cluster.close()
      await started.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

const ANY_CODE = Array.from({ length: 200 }, (_, index) => 400 + index)

async function startCluster(hasControllers: boolean) {
  if (OUTSIDE !== undefined) return { kubeconfig: OUTSIDE, stop: async () => {} }
  if (!hasControllers) return startTestSandbox({ crds: await gatewayApiDefinitions() })
  const logger = createLogger('test')
  const firstAddress = 10_000 + (process.pid % 1_000) * 20
  const runtime = await startPodRuntime({ logger, firstAddress })
  const sandbox = await startTestSandbox({ runtime, crds: await gatewayApiDefinitions() })
  return {
    kubeconfig: sandbox.kubeconfig,
    async stop() {
      await sandbox.stop()
      await runtime.stop()
    },
  }
}

function runKubectl(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  options: KubectlOptions = {},
): Promise<string> {
  const child = spawn('kubectl', args, { env: { ...process.env, ...env, ...options.env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (options.until?.test(output)) child.kill()
    })
  }
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? '')
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}
