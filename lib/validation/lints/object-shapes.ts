/** Shapes of the objects that lints, form and simulator read from a text: types.ts once more, for values that were not validated. */
import type {
  BackendObjectReference,
  Condition,
  Gateway,
  HTTPHeaderFilter,
  HTTPHeaderMatch,
  HTTPPathModifier,
  HTTPRoute,
  HTTPRouteFilter,
  HTTPRouteMatch,
  Listener,
  ListenerStatus,
  ObjectMeta,
  ParentReference,
  ReferenceGrant,
  SecretObjectReference,
} from '@/lib/gateway-api/types'
import type { Shape } from './shape'

const TEXTS = { listOf: 'text' } as const
const TEXT_MAP = { mapOf: 'text' } as const

const METADATA: Shape<ObjectMeta> = {
  required: { name: 'text' },
  optional: {
    namespace: 'text',
    generateName: 'text',
    uid: 'text',
    resourceVersion: 'text',
    generation: 'number',
    creationTimestamp: 'text',
    deletionTimestamp: 'text',
    deletionGracePeriodSeconds: 'number',
    labels: TEXT_MAP,
    annotations: TEXT_MAP,
    finalizers: TEXTS,
    ownerReferences: {
      listOf: {
        required: { apiVersion: 'text', kind: 'text', name: 'text', uid: 'text' },
        optional: { controller: 'boolean', blockOwnerDeletion: 'boolean' },
      },
    },
    managedFields: {
      listOf: {
        required: {
          manager: 'text',
          operation: { oneOf: ['Update', 'Apply'] },
          apiVersion: 'text',
          fieldsType: { oneOf: ['FieldsV1'] },
          fieldsV1: { mapOf: 'any' },
        },
        optional: { time: 'text', subresource: 'text' },
      },
    },
  },
}

const IDENTITY = { apiVersion: 'text', kind: 'text', metadata: METADATA } as const

const CONDITIONS: Shape<Condition[]> = {
  listOf: {
    required: {
      type: 'text',
      status: { oneOf: ['Unknown', 'True', 'False'] },
      reason: 'text',
      message: 'text',
      lastTransitionTime: 'text',
    },
    optional: { observedGeneration: 'number' },
  },
}

const BACKEND_FIELDS = { group: 'text', kind: 'text', namespace: 'text', port: 'number' } as const
const BACKEND: Shape<BackendObjectReference> = {
  required: { name: 'text' },
  optional: BACKEND_FIELDS,
}
const PARENT: Shape<ParentReference> = {
  required: { name: 'text' },
  optional: { ...BACKEND_FIELDS, sectionName: 'text' },
}

const VALUE_MATCHES: Shape<HTTPHeaderMatch[]> = {
  listOf: {
    required: { name: 'text', value: 'text' },
    optional: { type: { oneOf: ['Exact', 'RegularExpression'] } },
  },
}

const MATCHES: Shape<HTTPRouteMatch[]> = {
  listOf: {
    required: {},
    optional: {
      path: {
        required: {},
        optional: { type: { oneOf: ['Exact', 'PathPrefix', 'RegularExpression'] }, value: 'text' },
      },
      headers: VALUE_MATCHES,
      queryParams: VALUE_MATCHES,
      method: 'text',
    },
  },
}

const HEADER_VALUES = {
  listOf: { required: { name: 'text', value: 'text' }, optional: {} },
} as const
const HEADERS: Shape<HTTPHeaderFilter> = {
  required: {},
  optional: { set: HEADER_VALUES, add: HEADER_VALUES, remove: TEXTS },
}

const PATH_MODIFIER: Shape<HTTPPathModifier> = {
  required: { type: { oneOf: ['ReplaceFullPath', 'ReplacePrefixMatch'] } },
  optional: { replaceFullPath: 'text', replacePrefixMatch: 'text' },
}

const FILTERS: Shape<HTTPRouteFilter[]> = {
  listOf: {
    required: { type: 'text' },
    optional: {
      requestHeaderModifier: HEADERS,
      responseHeaderModifier: HEADERS,
      requestMirror: {
        required: { backendRef: BACKEND },
        optional: {
          percent: 'number',
          fraction: { required: { numerator: 'number' }, optional: { denominator: 'number' } },
        },
      },
      requestRedirect: {
        required: {},
        optional: {
          scheme: { oneOf: ['http', 'https'] },
          hostname: 'text',
          path: PATH_MODIFIER,
          port: 'number',
          statusCode: 'number',
        },
      },
      urlRewrite: { required: {}, optional: { hostname: 'text', path: PATH_MODIFIER } },
      cors: {
        required: {},
        optional: {
          allowOrigins: TEXTS,
          allowCredentials: 'boolean',
          allowMethods: TEXTS,
          allowHeaders: TEXTS,
          exposeHeaders: TEXTS,
          maxAge: 'number',
        },
      },
      extensionRef: { required: { group: 'text', kind: 'text', name: 'text' }, optional: {} },
    },
  },
}

export const HTTP_ROUTE: Shape<HTTPRoute> = {
  required: {
    ...IDENTITY,
    spec: {
      required: {},
      optional: {
        parentRefs: { listOf: PARENT },
        hostnames: TEXTS,
        rules: {
          listOf: {
            required: {},
            optional: {
              name: 'text',
              matches: MATCHES,
              filters: FILTERS,
              backendRefs: {
                listOf: {
                  required: { name: 'text' },
                  optional: { ...BACKEND_FIELDS, weight: 'number', filters: FILTERS },
                },
              },
              timeouts: { required: {}, optional: { request: 'text', backendRequest: 'text' } },
              retry: {
                required: {},
                optional: { codes: { listOf: 'number' }, attempts: 'number', backoff: 'text' },
              },
            },
          },
        },
      },
    },
  },
  optional: {
    status: {
      required: {
        parents: {
          listOf: {
            required: { parentRef: PARENT, controllerName: 'text', conditions: CONDITIONS },
            optional: {},
          },
        },
      },
      optional: {},
    },
  },
}

const ROUTE_KINDS = { listOf: { required: { kind: 'text' }, optional: { group: 'text' } } } as const

const SECRET: Shape<SecretObjectReference> = {
  required: { name: 'text' },
  optional: { group: 'text', kind: 'text', namespace: 'text' },
}

const LISTENERS: Shape<Listener[]> = {
  listOf: {
    required: { name: 'text', port: 'number', protocol: 'text' },
    optional: {
      hostname: 'text',
      tls: {
        required: {},
        optional: {
          mode: { oneOf: ['Terminate', 'Passthrough'] },
          certificateRefs: { listOf: SECRET },
          options: TEXT_MAP,
        },
      },
      allowedRoutes: {
        required: {},
        optional: {
          namespaces: {
            required: {},
            optional: {
              from: { oneOf: ['All', 'Selector', 'Same', 'None'] },
              selector: {
                required: {},
                optional: {
                  matchLabels: TEXT_MAP,
                  matchExpressions: {
                    listOf: {
                      required: {
                        key: 'text',
                        operator: { oneOf: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
                      },
                      optional: { values: TEXTS },
                    },
                  },
                },
              },
            },
          },
          kinds: ROUTE_KINDS,
        },
      },
    },
  },
}

const LISTENER_STATUSES: Shape<ListenerStatus[]> = {
  listOf: {
    required: {
      name: 'text',
      supportedKinds: ROUTE_KINDS,
      attachedRoutes: 'number',
      conditions: CONDITIONS,
    },
    optional: {},
  },
}

export const GATEWAY: Shape<Gateway> = {
  required: {
    ...IDENTITY,
    spec: {
      required: { gatewayClassName: 'text', listeners: LISTENERS },
      optional: {
        addresses: { listOf: { required: {}, optional: { type: 'text', value: 'text' } } },
        infrastructure: { required: {}, optional: { labels: TEXT_MAP, annotations: TEXT_MAP } },
      },
    },
  },
  optional: {
    status: {
      required: {},
      optional: {
        addresses: { listOf: { required: { value: 'text' }, optional: { type: 'text' } } },
        conditions: CONDITIONS,
        listeners: LISTENER_STATUSES,
      },
    },
  },
}

export const REFERENCE_GRANT: Shape<ReferenceGrant> = {
  required: {
    ...IDENTITY,
    spec: {
      required: {
        from: {
          listOf: { required: { group: 'text', kind: 'text', namespace: 'text' }, optional: {} },
        },
        to: { listOf: { required: { group: 'text', kind: 'text' }, optional: { name: 'text' } } },
      },
      optional: {},
    },
  },
  optional: {},
}

/** As far as a Service is looked at. */
export interface WrittenService {
  metadata: ObjectMeta
  spec: { type?: string; ports?: { port: number; protocol?: string; appProtocol?: string }[] }
}

export const SERVICE: Shape<WrittenService> = {
  required: {
    metadata: METADATA,
    spec: {
      required: {},
      optional: {
        type: 'text',
        ports: {
          listOf: {
            required: { port: 'number' },
            optional: { protocol: 'text', appProtocol: 'text' },
          },
        },
      },
    },
  },
  optional: {},
}
