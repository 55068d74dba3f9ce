/** What a new sandbox starts with: the classes, one Gateway, one backend and a route to it. */
import { GATEWAY_API_GROUP } from '@/lib/gateway-api/kinds'
import type {
  Deployment,
  Gateway,
  GatewayClass,
  HTTPRoute,
  KubernetesObject,
  Service,
} from '@/lib/gateway-api/types'

const GATEWAY_API_VERSION = `${GATEWAY_API_GROUP}/v1`
const NAMESPACE = 'default'
const BACKEND = 'backend'
const BACKEND_PORT = 3000
const ECHO_IMAGE = 'gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e'

/**
 * The objects of Envoy Gateway's quickstart story, in the order to create them. To be applied into an
 * empty store only: afterwards they are the user's, to change and to delete.
 */
export function quickstartObjects(): KubernetesObject[] {
  return [
    gatewayClass('eg', 'gateway.envoyproxy.io/gatewayclass-controller'),
    gatewayClass('mirrorboard', 'mirrorboard.dev/gateway-controller'),
    gateway(),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: BACKEND, namespace: NAMESPACE } },
    service(),
    deployment(),
    route(),
  ]
}

function gatewayClass(name: string, controllerName: string): GatewayClass {
  return {
    apiVersion: GATEWAY_API_VERSION,
    kind: 'GatewayClass',
    metadata: { name },
    spec: { controllerName },
  }
}

function gateway(): Gateway {
  return {
    apiVersion: GATEWAY_API_VERSION,
    kind: 'Gateway',
    metadata: { name: 'eg', namespace: NAMESPACE },
    spec: {
      gatewayClassName: 'eg',
      listeners: [{ name: 'http', protocol: 'HTTP', port: 80 }],
    },
  }
}

function service(): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: BACKEND,
      namespace: NAMESPACE,
      labels: { app: BACKEND, service: BACKEND },
    },
    spec: {
      ports: [{ name: 'http', port: BACKEND_PORT, targetPort: BACKEND_PORT }],
      selector: { app: BACKEND },
    },
  }
}

function deployment(): Deployment {
  const labels = { app: BACKEND, version: 'v1' }
  const fromField = (name: string, fieldPath: string) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  })
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: BACKEND, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: BACKEND,
          containers: [
            {
              name: BACKEND,
              image: ECHO_IMAGE,
              ports: [{ containerPort: BACKEND_PORT }],
              env: [
                fromField('POD_NAME', 'metadata.name'),
                fromField('NAMESPACE', 'metadata.namespace'),
              ],
            },
          ],
        },
      },
    },
  }
}

function route(): HTTPRoute {
  return {
    apiVersion: GATEWAY_API_VERSION,
    kind: 'HTTPRoute',
    metadata: { name: BACKEND, namespace: NAMESPACE },
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: ['www.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: BACKEND, port: BACKEND_PORT }],
        },
      ],
    },
  }
}
