/** The manifest of an echo backend: ServiceAccount, Service and Deployment, as Gateway API's quickstarts write it. */
export interface EchoBackend {
  readonly name: string
  readonly namespace: string
  readonly port: number
  readonly replicas: number
}

export const ECHO_IMAGE = 'gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e'
/** The port the echo server listens on; a Service may offer it under another number. */
const ECHO_PORT = 3000

export function echoBackendManifest({ name, namespace, port, replicas }: EchoBackend): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
    service: ${name}
spec:
  ports:
    - name: http
      port: ${port}
      targetPort: ${ECHO_PORT}
  selector:
    app: ${name}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  replicas: ${replicas}
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
        - name: ${name}
          image: ${ECHO_IMAGE}
          imagePullPolicy: IfNotPresent
          ports:
            - containerPort: ${ECHO_PORT}
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

const DNS_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/

/** What is wrong with a Service name (RFC 1035 label), or undefined. */
export function serviceNameError(name: string): string | undefined {
  if (name === '') return 'A name is needed.'
  if (name.length > 63) return 'At most 63 characters.'
  if (!DNS_LABEL.test(name))
    return 'Lower-case letters, digits and hyphens, starting with a letter.'
  return undefined
}
