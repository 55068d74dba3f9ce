/** What the pages of one route are addressed by. */
export interface RouteParams {
  params: Promise<{ namespace: string; name: string }>
}

/** The names as they are, not as a URL writes them. */
export async function routeNames({
  params,
}: RouteParams): Promise<{ namespace: string; name: string }> {
  const { namespace, name } = await params
  return { namespace: decodeURIComponent(namespace), name: decodeURIComponent(name) }
}
