/** The Node that Pods name: the machine the sandbox runs on, written at every start as a kubelet registers its own. */
import { arch, availableParallelism, hostname, platform, release, totalmem } from 'node:os'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { ApiClient } from '../../api/contracts'
import { KUBERNETES_VERSION } from '../../api/kubernetes-version'
import { type Clock, formatTime } from './clock'
import { HOST_IP, NODE_NAME } from './pod-status'
import { getOf, RESOURCES } from './workload-objects'

/** Pods a Node takes by a kubelet's default. Here it is a word only: nothing schedules by it. */
const PODS = '110'

/** Go's names of what Node calls otherwise. */
const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }
const GO_OS: Readonly<Record<string, string>> = { win32: 'windows' }

/** Creates or renews the Node. Resolves also when that fails: Pods run without it. */
export async function registerNode(client: ApiClient, clock: Clock): Promise<void> {
  const found = getOf(client, 'nodes', '', NODE_NAME)
  const node = nodeAt(formatTime(clock.now()))
  if (found === undefined) await client.create(RESOURCES.nodes, node)
  else
    await client.update(RESOURCES.nodes, {
      ...found,
      ...node,
      metadata: { ...found.metadata, ...node.metadata },
    })
}

function nodeAt(now: string): KubernetesObject {
  const architecture = GO_ARCH[arch()] ?? arch()
  const operatingSystem = GO_OS[platform()] ?? platform()
  const resources = {
    cpu: String(availableParallelism()),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: PODS,
  }
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: NODE_NAME,
      labels: {
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': NODE_NAME,
        'kubernetes.io/os': operatingSystem,
      },
    },
    spec: {},
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: CONDITIONS.map((condition) => ({
        ...condition,
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      })),
      addresses: [
        { type: 'InternalIP', address: HOST_IP },
        { type: 'Hostname', address: hostname() },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: release(),
        osImage: 'Mirrorboard sandbox',
        containerRuntimeVersion: `mirrorboard://${process.versions.node}`,
        kubeletVersion: `v${KUBERNETES_VERSION}`,
        kubeProxyVersion: '',
        operatingSystem,
        architecture,
      },
    },
  }
  return node
}

const CONDITIONS = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'the sandbox does not measure it',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'the sandbox does not measure it',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'the sandbox does not measure it',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the sandbox is running' },
]
