import type { Metadata } from 'next'
import { NewRoutePage } from '@/components/pages/new-route-page'

export const metadata: Metadata = { title: 'New route' }

export default function Page() {
  return <NewRoutePage />
}
