/** A program that starts a Redis and says where, for a test that kills this program. */
import { startRedis } from '../../sandbox/services/redis';

void startRedis().then((redis) => console.log(`holding ${redis.pid} ${redis.port}`));
