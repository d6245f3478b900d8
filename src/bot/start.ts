/** The program: `npm start` and the demo load this. */
import { main } from './main';

void main();
