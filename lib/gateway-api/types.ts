/**
 * The Kubernetes and Gateway API objects Mirrorboard reads, spelled as the API spells them.
 * Only fields the product uses are typed; unknown fields travel along untouched.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/ (v1.7.0).
 */
export interface ObjectMeta {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
  managedFields?: ManagedFieldsEntry[]
}

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ManagedFieldsEntry {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  time?: string
  fieldsType: 'FieldsV1'
  fieldsV1: Record<string, unknown>
  subresource?: string
}

export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

export type ConditionStatus = 'True' | 'False' | 'Unknown'

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Condition */
export interface Condition {
  type: string
  status: ConditionStatus
  reason: string
  message: string
  lastTransitionTime: string
  observedGeneration?: number
}

export interface GatewayClass extends KubernetesObject {
  spec: { controllerName: string; description?: string; parametersRef?: ParametersReference }
  status?: { conditions?: Condition[]; supportedFeatures?: { name: string }[] }
}

export interface ParametersReference {
  group: string
  kind: string
  name: string
  namespace?: string
}

export type ListenerProtocol = 'HTTP' | 'HTTPS' | 'TLS' | 'TCP' | 'UDP' | (string & {})

export interface RouteNamespaces {
  from?: 'All' | 'Selector' | 'Same' | 'None'
  selector?: LabelSelector
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: {
    key: string
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    values?: string[]
  }[]
}

export interface Listener {
  name: string
  hostname?: string
  port: number
  protocol: ListenerProtocol
  tls?: {
    mode?: 'Terminate' | 'Passthrough'
    certificateRefs?: SecretObjectReference[]
    options?: Record<string, string>
  }
  allowedRoutes?: {
    namespaces?: RouteNamespaces
    kinds?: { group?: string; kind: string }[]
  }
}

export interface SecretObjectReference {
  group?: string
  kind?: string
  name: string
  namespace?: string
}

export interface ListenerStatus {
  name: string
  supportedKinds: { group?: string; kind: string }[]
  attachedRoutes: number
  conditions: Condition[]
}

export interface Gateway extends KubernetesObject {
  spec: {
    gatewayClassName: string
    listeners: Listener[]
    addresses?: { type?: string; value?: string }[]
    infrastructure?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  }
  status?: {
    addresses?: { type?: string; value: string }[]
    conditions?: Condition[]
    listeners?: ListenerStatus[]
  }
}

export interface ParentReference {
  group?: string
  kind?: string
  namespace?: string
  name: string
  sectionName?: string
  port?: number
}

export interface BackendObjectReference {
  group?: string
  kind?: string
  name: string
  namespace?: string
  port?: number
}

export type PathMatchType = 'Exact' | 'PathPrefix' | 'RegularExpression'
export type HeaderMatchType = 'Exact' | 'RegularExpression'

export interface HTTPHeaderMatch {
  type?: HeaderMatchType
  name: string
  value: string
}

export interface HTTPRouteMatch {
  path?: { type?: PathMatchType; value?: string }
  headers?: HTTPHeaderMatch[]
  queryParams?: HTTPHeaderMatch[]
  method?: string
}

export interface HTTPHeaderFilter {
  set?: { name: string; value: string }[]
  add?: { name: string; value: string }[]
  remove?: string[]
}

export interface HTTPPathModifier {
  type: 'ReplaceFullPath' | 'ReplacePrefixMatch'
  replaceFullPath?: string
  replacePrefixMatch?: string
}

export interface HTTPRequestMirrorFilter {
  backendRef: BackendObjectReference
  percent?: number
  fraction?: { numerator: number; denominator?: number }
}

export interface HTTPCORSFilter {
  allowOrigins?: string[]
  allowCredentials?: boolean
  allowMethods?: string[]
  allowHeaders?: string[]
  exposeHeaders?: string[]
  maxAge?: number
}

export interface HTTPRouteFilter {
  type:
    | 'RequestHeaderModifier'
    | 'ResponseHeaderModifier'
    | 'RequestMirror'
    | 'RequestRedirect'
    | 'URLRewrite'
    | 'CORS'
    | 'ExtensionRef'
    | (string & {})
  requestHeaderModifier?: HTTPHeaderFilter
  responseHeaderModifier?: HTTPHeaderFilter
  requestMirror?: HTTPRequestMirrorFilter
  requestRedirect?: {
    scheme?: 'http' | 'https'
    hostname?: string
    path?: HTTPPathModifier
    port?: number
    statusCode?: number
  }
  urlRewrite?: { hostname?: string; path?: HTTPPathModifier }
  cors?: HTTPCORSFilter
  extensionRef?: { group: string; kind: string; name: string }
}

export interface HTTPBackendRef extends BackendObjectReference {
  weight?: number
  filters?: HTTPRouteFilter[]
}

export interface HTTPRouteRule {
  name?: string
  matches?: HTTPRouteMatch[]
  filters?: HTTPRouteFilter[]
  backendRefs?: HTTPBackendRef[]
  timeouts?: { request?: string; backendRequest?: string }
  retry?: { codes?: number[]; attempts?: number; backoff?: string }
}

export interface RouteParentStatus {
  parentRef: ParentReference
  controllerName: string
  conditions: Condition[]
}

export interface HTTPRoute extends KubernetesObject {
  spec: {
    parentRefs?: ParentReference[]
    hostnames?: string[]
    rules?: HTTPRouteRule[]
  }
  status?: { parents: RouteParentStatus[] }
}

/** As far as anybody here looks at it. */
export interface GRPCRoute extends KubernetesObject {
  spec: { parentRefs?: ParentReference[] }
  status?: { parents: RouteParentStatus[] }
}

export interface ReferenceGrant extends KubernetesObject {
  spec: {
    from: { group: string; kind: string; namespace: string }[]
    to: { group: string; kind: string; name?: string }[]
  }
}

export interface Namespace extends KubernetesObject {
  status?: { phase?: string }
}

export interface Secret extends KubernetesObject {
  type?: string
  data?: Record<string, string>
}

export interface Service extends KubernetesObject {
  spec: {
    type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
    clusterIP?: string
    externalName?: string
    selector?: Record<string, string>
    ports?: {
      name?: string
      protocol?: string
      port: number
      targetPort?: number | string
      appProtocol?: string
    }[]
  }
}

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/ */
export interface EndpointSlice extends KubernetesObject {
  addressType: 'IPv4' | 'IPv6' | 'FQDN'
  endpoints?: {
    addresses: string[]
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean }
    targetRef?: { kind: string; namespace?: string; name: string; uid?: string }
  }[]
  ports?: { name?: string; port?: number; protocol?: string; appProtocol?: string }[]
}

export interface Container {
  name: string
  image?: string
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[]
  ports?: { name?: string; containerPort: number; protocol?: string }[]
}

export interface PodSpec {
  containers: Container[]
  serviceAccountName?: string
  terminationGracePeriodSeconds?: number
}

export interface Pod extends KubernetesObject {
  spec: PodSpec
  status?: {
    phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    podIP?: string
    podIPs?: { ip: string }[]
    hostIP?: string
    startTime?: string
    conditions?: { type: string; status: ConditionStatus; reason?: string; message?: string }[]
    containerStatuses?: {
      name: string
      ready: boolean
      restartCount: number
      image: string
      state?: {
        running?: { startedAt: string }
        waiting?: { reason: string; message?: string }
        terminated?: { exitCode: number; reason?: string }
      }
    }[]
  }
}

export interface Deployment extends KubernetesObject {
  spec: {
    replicas?: number
    selector: LabelSelector
    template: { metadata?: Partial<ObjectMeta>; spec: PodSpec }
    strategy?: {
      type?: string
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string }
    }
    paused?: boolean
    minReadySeconds?: number
    revisionHistoryLimit?: number
    progressDeadlineSeconds?: number
  }
  status?: {
    observedGeneration?: number
    replicas?: number
    updatedReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    unavailableReplicas?: number
    conditions?: (Omit<Condition, 'observedGeneration'> & { lastUpdateTime?: string })[]
  }
}
