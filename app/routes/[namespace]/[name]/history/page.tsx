import type { Metadata } from 'next'
import { HistoryPage } from '@/components/history/history-page'
import { type RouteParams, routeNames } from '../route-names'

export async function generateMetadata(props: RouteParams): Promise<Metadata> {
  const { namespace, name } = await routeNames(props)
  return { title: `History of ${namespace}/${name}` }
}

export default async function Page(props: RouteParams) {
  const { namespace, name } = await routeNames(props)
  return <HistoryPage key={`${namespace}/${name}`} namespace={namespace} name={name} />
}
