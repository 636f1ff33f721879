import { parseConfig } from '../../src/config.ts'

/** What holds without any configuration, on a host called web-1. */
export const config = parseConfig('host: web-1', 'test.yaml', {})
