/**
 * What NAB published for its windowed Gaussian detector, standard profile, threshold 1.0, window of 6400 moved on by 100:
 * numenta/NAB at de8e91a, results/windowedGaussian/windowedGaussian_standard_scores.csv. Of the files in shared/data/nab-dev.
 */
export const PUBLISHED_WINDOWED_GAUSSIAN: Readonly<
  Record<string, { score: number; truePositives: number; falsePositives: number; falseNegatives: number }>
> = Object.fromEntries(
  `
artificialNoAnomaly/art_daily_no_noise.csv 0.0 0 0 0
artificialNoAnomaly/art_daily_small_noise.csv 0.0 0 0 0
artificialNoAnomaly/art_noisy.csv 0.0 0 0 0
artificialWithAnomaly/art_daily_jumpsdown.csv -1.0 0 0 403
artificialWithAnomaly/art_daily_nojump.csv -1.0 0 0 403
artificialWithAnomaly/art_load_balancer_spikes.csv -0.692444609523 18 15 385
realAWSCloudwatch/ec2_cpu_utilization_53ea38.csv -0.141423196117 2 3 400
realAWSCloudwatch/ec2_cpu_utilization_77c1ca.csv -1.0 0 0 403
realAWSCloudwatch/ec2_cpu_utilization_ac20cd.csv 0.86067182427 25 0 378
realAWSCloudwatch/ec2_cpu_utilization_fe7f93.csv 0.638757791772 6 1 399
realAWSCloudwatch/ec2_disk_write_bytes_c0d644.csv -1.09599853032 13 19 392
realAWSCloudwatch/ec2_network_in_5abac7.csv -3.52193223519 19 50 455
realAWSCloudwatch/grok_asg_anomaly.csv 2.37942230674 69 3 396
realAWSCloudwatch/rds_cpu_utilization_cc0c53.csv -0.138449197924 50 0 352
realAdExchange/exchange-2_cpc_results.csv -1.0 0 0 163
realAdExchange/exchange-3_cpc_results.csv 2.50266326119 5 1 148
realAdExchange/exchange-4_cpc_results.csv 0.292288463428 3 4 162
realKnownCause/ambient_temperature_system_failure.csv -2.0 0 0 726
realKnownCause/ec2_request_latency_system_failure.csv 2.02150685678 8 0 338
realKnownCause/nyc_taxi.csv -5.0 0 0 1035
realKnownCause/rogue_agent_key_updown.csv -1.3964908955 1 8 529
realTraffic/TravelTime_451.csv -1.0 0 0 217
realTraffic/occupancy_t4013.csv 1.72522152023 3 0 247
realTraffic/speed_7578.csv 3.47059145681 11 1 105
realTweets/Twitter_volume_AAPL.csv 1.51399683626 42 24 1546
realTweets/Twitter_volume_CRM.csv 0.763845764094 10 0 1583
realTweets/Twitter_volume_FB.csv 0.119750278191 6 15 1576
realTweets/Twitter_volume_IBM.csv -0.799109479229 14 25 1576
realTweets/Twitter_volume_PFE.csv 0.26557999349 7 12 1581
`
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', score, truePositives, falsePositives, falseNegatives] = line.split(' ')
      return [
        name,
        {
          score: Number(score),
          truePositives: Number(truePositives),
          falsePositives: Number(falsePositives),
          falseNegatives: Number(falseNegatives),
        },
      ]
    }),
)
