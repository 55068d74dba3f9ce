/** The manifests of the request-mirroring guide, as their readers paste them. */

/** ServiceAccount, Service and Deployment of one echo backend. */
export function echoBackend(name: string): string {
  return `---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
    app: ${name}
    service: ${name}
spec:
  ports:
    - name: http
      port: 3000
      targetPort: 3000
  selector:
    app: ${name}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
      version: v1
  template:
    metadata:
      labels:
        app: ${name}
        version: v1
    spec:
      serviceAccountName: ${name}
      containers:
        - image: gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e
          imagePullPolicy: IfNotPresent
          name: ${name}
          ports:
            - containerPort: 3000
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
`
}

const backendRef = (name: string) => `
    - group: ""
      kind: Service
      name: ${name}
      port: 3000`

const mirrorFilter = (name: string) => `
    - type: RequestMirror
      requestMirror:
        backendRef:
          kind: Service
          name: ${name}
          port: 3000`

/** HTTPRoute `http-mirror` for backends.example. */
export function mirrorRoute(options: {
  backends: readonly string[]
  mirrors: readonly string[]
}): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: http-mirror
spec:
  parentRefs:
  - name: eg
  hostnames:
  - backends.example
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: /
    filters:${options.mirrors.map(mirrorFilter).join('')}
    backendRefs:${options.backends.map(backendRef).join('')}
`
}
