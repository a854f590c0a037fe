import { main } from "./setup/main.mjs";
import { ready } from "./setup/ready.mjs";

// npm run build: dist/ from src/, with what it needs. Quick when nothing changed.
await main(ready);
