#!/bin/sh
# Makes Galerly's bucket and table where they are missing. Runs as a job before the backend starts,
# and inside LocalStack itself each time that it has started.
set -eu

aws_local() {
  aws --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"
}

# AWS CLI 2 shows results in a pager where it finds one.
export AWS_PAGER=""

if aws_local s3api head-bucket --bucket "$S3_PHOTOS_BUCKET" >/dev/null 2>&1; then
  echo "bucket $S3_PHOTOS_BUCKET is there"
else
  aws_local s3api create-bucket --bucket "$S3_PHOTOS_BUCKET" >/dev/null
  echo "bucket $S3_PHOTOS_BUCKET created"
fi

# The browser fetches renditions from the bucket itself.
aws_local s3api put-bucket-cors --bucket "$S3_PHOTOS_BUCKET" --cors-configuration \
  '{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET","HEAD"],"AllowedHeaders":["*"]}]}'

if aws_local dynamodb describe-table --table-name "$DYNAMODB_TABLE_USERS" >/dev/null 2>&1; then
  echo "table $DYNAMODB_TABLE_USERS is there"
else
  aws_local dynamodb create-table \
    --table-name "$DYNAMODB_TABLE_USERS" \
    --attribute-definitions AttributeName=id,AttributeType=S \
    --key-schema AttributeName=id,KeyType=HASH \
    --billing-mode PAY_PER_REQUEST >/dev/null
  aws_local dynamodb wait table-exists --table-name "$DYNAMODB_TABLE_USERS"
  echo "table $DYNAMODB_TABLE_USERS created"
fi
