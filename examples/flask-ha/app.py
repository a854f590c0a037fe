"""Two pages: one that only needs this host, one that asks the database for the time."""

import os
import socket

import psycopg2
from flask import Flask, jsonify

app = Flask(__name__)


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
        # A connection for each request: after a failover the next one asks DNS again and finds the new primary.
        connection = psycopg2.connect(
            host=os.environ["DB_HOST"],
            port=os.environ["DB_PORT"],
            dbname=os.environ["DB_NAME"],
            user=os.environ["DB_USER"],
            password=os.environ["DB_PASSWORD"],
            connect_timeout=2,
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT NOW()")
                return jsonify(current_time=cursor.fetchone()[0].isoformat())
        finally:
            connection.close()
    except Exception as error:  # whatever it is, the caller learns of it and the service goes on
        return jsonify(error=str(error).strip()), 500
