import type { AccessRequest } from './policy'

/** What a refused person reads, in the API server's words, without the object's name before it. */
export function forbiddenSentence(user: string, request: AccessRequest, reason = ''): string {
  const asked =
    request.is === 'path'
      ? `User "${user}" cannot ${request.verb} path "${request.path}"`
      : `User "${user}" cannot ${request.verb} resource "${combined(request)}" in API group "${request.group}" ${place(request.namespace)}`
  return reason === '' ? asked : `${asked}: ${reason}`
}

/** The whole message of the 403 Status. */
export function forbiddenMessage(user: string, request: AccessRequest, reason = ''): string {
  const sentence = forbiddenSentence(user, request, reason)
  if (request.is === 'path') return `forbidden: ${sentence}`
  const { resource, group, name } = request
  const qualified = group === '' ? resource : `${resource}.${group}`
  return name === ''
    ? `${qualified} is forbidden: ${sentence}`
    : `${qualified} "${name}" is forbidden: ${sentence}`
}

function combined({ resource, subresource }: { resource: string; subresource: string }): string {
  return subresource === '' ? resource : `${resource}/${subresource}`
}

function place(namespace: string): string {
  return namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
}
