/** Which container images the runtime can run. */

/** Last path segment of the one image there is. */
export const ECHO_IMAGE = 'echo-basic'

/** Whether an image reference names the echo server, under any registry, tag or digest. */
export function isKnownImage(image: string): boolean {
  const lastSegment = image.slice(image.lastIndexOf('/') + 1)
  return lastSegment.split('@')[0]?.split(':')[0] === ECHO_IMAGE
}

/** Why an image cannot be pulled, and which images can. */
export function unknownImageMessage(image: string): string {
  return (
    `Failed to pull image "${image}": the sandbox has no such image. ` +
    `Images that exist: ${ECHO_IMAGE}, under any registry and with any tag, ` +
    `for example gcr.io/k8s-staging-gateway-api/${ECHO_IMAGE}:v20231214-v1.0.0-140-gf544a46e`
  )
}
