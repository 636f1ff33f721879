import { describe, expect, test } from 'vitest'
import { factsOf } from '../../src/ai/facts.ts'
import { ground } from '../../src/ai/grounding.ts'
import { makeReport } from '../support/report.ts'

/** Sentences as a model might write them, by hand and not by the bench: what they compare, compute, count and blame. */
const facts = factsOf(makeReport())

describe('a sentence stays when the report bears it out', () => {
  test.each([
    'The API container keeps crashing because its image does not contain the cryptography package.',
    'Container api has been restarted 14 times, since it exits with an ImportError.',
    'Memory is not a concern: the host uses only 16.3 % of it, far below the 85 % target.',
    'PostgreSQL main still runs with the default shared_buffers of 128 MiB.',
    'Four of five containers are running.',
    'One container is restarting.',
    'api exits with code 1.',
    'Start by adding `cryptography` to the image with `pip install cryptography`.',
    'Next, raise shared_buffers of PostgreSQL main from 128 MiB to 8 GiB.',
    'Setting shared_buffers to 8 GiB would use about a quarter of the memory.',
    'The cache hit ratio of PostgreSQL main is 93.1 %.',
    'Almost 7 % of block reads miss the cache.',
    'GPUs could not be read because nvidia-smi is not installed.',
    'There is one critical finding and one medium one.',
    'The web UI cannot sign anybody in while the API is down.',
    'webui itself is fine and uses 26 MiB.',
    "I don't know whether the GPU is used: it is not collected.",
    'Nothing else needs attention.',
    'Once the API is back, users can sign in again.',
    'The host has 33.5 GB of memory, of which 16.3 % is used.',
    'shared_buffers is 128 MB, i.e. 16384 blocks of 8 kB.',
  ])('%s', (sentence) => expect(ground(sentence, facts).removed).toEqual([]))
})

describe('a sentence goes when one thing in it is not so', () => {
  test.each([
    'The API container keeps crashing because the database is unreachable.',
    'api ran out of memory.',
    'Container api has been restarted 41 times.',
    'The host uses 83.7 % of its memory.',
    'PostgreSQL main has a hit ratio of 39.1 %.',
    'Five of five containers are running.',
    'All containers are running.',
    'Memory use exceeds its target of 85 %.',
    'Lower shared_buffers from 8 GiB to 128 MiB.',
    'webui is down.',
    'The GPU is busy at 16.3 %.',
    'CPU utilisation is 16.3 %.',
    'The problem began yesterday.',
    'Two containers are restarting.',
    'The disk is nearly full.',
    'Restart the nginx container to fix it.',
    'There are two critical findings.',
    'Set work_mem to 64 MB.',
    'api is healthy.',
    'The web UI is down because webui leaks memory.',
    'PostgreSQL main is slow because of missing indexes.',
    'It will improve performance by 16.3 %.',
    'shared_buffers is 128 GB.',
    'Memory usage doubled since the last report.',
    'shared_buffers was set too high.',
    'The redis cache hits 93.1 %.',
    'Container api was last restarted on 13 March 2026.',
    'webui uses 512 MiB of memory.',
    'The api container uses 93.1 % of its memory limit.',
    'cryptography is in its image.',
    '14 % of the memory is used.',
  ])('%s', (sentence) => expect(ground(sentence, facts).kept).toEqual([]))
})
