"""Two pages: one that only needs this host, one that asks the database for the time."""

import json
import os
import socket
import threading

import boto3
import psycopg2
from botocore.config import Config
from flask import Flask, jsonify

app = Flask(__name__)


class Database:
    """Where it is and who may use it, as the secret says; the secret is read when it is needed, and again when it no longer fits."""

    def __init__(self, secret_id):
        self.secret_id = secret_id
        self.secrets = None
        self.lock = threading.Lock()
        self.known = None

    def login(self):
        with self.lock:
            if self.secrets is None:
                # Not before: making it takes longer than all the rest of a start.
                config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
                self.secrets = boto3.client("secretsmanager", config=config)
            if self.known is None:
                self.known = json.loads(self.secrets.get_secret_value(SecretId=self.secret_id)["SecretString"])
                if "host" not in self.known:
                    self.known = None
                    raise RuntimeError("the secret does not say yet where the database is")
            return self.known

    def forget(self):
        with self.lock:
            self.known = None

    def connect(self):
        """A connection for each request: after a failover the next one asks DNS again and finds the new primary."""
        login = self.login()
        try:
            return psycopg2.connect(
                host=login["host"],
                port=login["port"],
                dbname=login["dbname"],
                user=login["username"],
                password=login["password"],
                connect_timeout=2,
            )
        except psycopg2.OperationalError as error:
            # The password has been changed: the next request reads the secret again. Any other failure must not ask for it.
            if "authentication failed" in str(error):
                self.forget()
            raise


database = Database(os.environ["DB_SECRET"])


@app.after_request
def name_the_instance(response):
    response.headers["X-Instance"] = socket.gethostname()
    return response


@app.get("/")
def index():
    return "Flask App is running!"


@app.get("/data")
def data():
    try:
        connection = database.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT NOW()")
                return jsonify(current_time=cursor.fetchone()[0].isoformat())
        finally:
            connection.close()
    except Exception as error:  # whatever it is, the caller learns of it and the service goes on
        return jsonify(error=str(error).strip()), 500
