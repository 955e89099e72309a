/*
 * BcCms - reads and writes AuthEnvelopedData with Bouncy Castle 1.72, for the interoperability test.
 *
 *	java -cp ... BcCms JOBS
 *
 * JOBS is a file of jobs, one a line, words separated by spaces (one start of Java does them all):
 *
 *	open ENVELOPE CERT KEY OUT
 *	seal CONTENT OUT CIPHER ENCODING RECIPIENT...	CIPHER: 128, 192 or 256 (GCM); ENCODING: DER, or
 *							BER for OCTET STRINGs of 1000 bytes
 *
 * RECIPIENT is KIND=CERT, KIND one of oaep-sha1 oaep-sha256 ecdh-sha1 ecdh-sha256, with ",keyid" after
 * it for a recipient named by subject key identifier. The first job that fails ends the program.
 *
 * 1.72 has no recipient for key agreement with GCM: AgreeGcm makes one out of JceKeyAgreeRecipient.
 */
import java.io.ByteArrayInputStream;
import java.io.FileReader;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.spec.GCMParameterSpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cms.GCMParameters;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.InputAEADDecryptor;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;

public class BcCms {
	static class AgreeGcm extends JceKeyAgreeRecipient {
		AgreeGcm(PrivateKey key) {
			super(key);
		}

		public RecipientOperator getRecipientOperator(AlgorithmIdentifier wrap,
				final AlgorithmIdentifier content, SubjectPublicKeyInfo sender,
				ASN1OctetString ukm, byte[] encrypted) throws CMSException {
			try {
				GCMParameters p = GCMParameters.getInstance(content.getParameters());
				final Cipher c = Cipher.getInstance("AES/GCM/NoPadding", "BC");
				c.init(Cipher.DECRYPT_MODE,
						extractSecretKey(wrap, content, sender, ukm, encrypted),
						new GCMParameterSpec(p.getIcvLen() * 8, p.getNonce()));
				return new RecipientOperator(new InputAEADDecryptor() {
					public AlgorithmIdentifier getAlgorithmIdentifier() {
						return content;
					}

					public InputStream getInputStream(InputStream in) {
						return new CipherInputStream(in, c);
					}

					public OutputStream getAADStream() {
						return OutputStream.nullOutputStream();
					}

					public byte[] getMAC() {
						return null;
					}
				});
			} catch (GeneralSecurityException e) {
				throw new CMSException("gcm", e);
			}
		}
	}

	static X509Certificate cert(String file) throws Exception {
		return (X509Certificate) CertificateFactory.getInstance("X.509")
				.generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(file))));
	}

	static PrivateKey key(String file) throws Exception {
		try (PEMParser parser = new PEMParser(new FileReader(file))) {
			return new JcaPEMKeyConverter().setProvider("BC")
					.getPrivateKey((PrivateKeyInfo) parser.readObject());
		}
	}

	/* By issuer and serial number, or by subject key identifier: whichever the message has. */
	static void open(String envelope, String certFile, String keyFile, String out) throws Exception {
		X509Certificate cert = cert(certFile);
		PrivateKey key = key(keyFile);
		boolean rsa = key.getAlgorithm().equals("RSA");
		RecipientInformation ri = new CMSAuthEnvelopedData(Files.readAllBytes(Path.of(envelope)))
				.getRecipientInfos()
				.get(rsa ? new JceKeyTransRecipientId(cert) : new JceKeyAgreeRecipientId(cert));
		Files.write(Path.of(out), ri.getContent(
				rsa ? new JceKeyTransAuthEnvelopedRecipient(key).setProvider("BC") : new AgreeGcm(key)));
	}

	/* The same of EnvelopedData. */
	static void openPlain(String envelope, String certFile, String keyFile, String out) throws Exception {
		X509Certificate cert = cert(certFile);
		PrivateKey key = key(keyFile);
		boolean rsa = key.getAlgorithm().equals("RSA");
		RecipientInformation ri = new CMSEnvelopedData(Files.readAllBytes(Path.of(envelope)))
				.getRecipientInfos()
				.get(rsa ? new JceKeyTransRecipientId(cert) : new JceKeyAgreeRecipientId(cert));
		Files.write(Path.of(out), ri.getContent(rsa ? new JceKeyTransEnvelopedRecipient(key).setProvider("BC")
				: new JceKeyAgreeEnvelopedRecipient(key).setProvider("BC")));
	}

	static AlgorithmIdentifier hash(String name) {
		ASN1ObjectIdentifier oid = name.equals("sha1") ? OIWObjectIdentifiers.idSHA1
				: name.equals("sha224") ? NISTObjectIdentifiers.id_sha224
				: name.equals("sha256") ? NISTObjectIdentifiers.id_sha256
				: name.equals("sha384") ? NISTObjectIdentifiers.id_sha384
				: NISTObjectIdentifiers.id_sha512;
		return new AlgorithmIdentifier(oid, DERNull.INSTANCE);
	}

	/* "sha256", or "sha256-sha1" with another hash for the mask. */
	static AlgorithmIdentifier oaep(String names) {
		String[] n = names.split("-");
		return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, new RSAESOAEPparams(hash(n[0]),
				new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, hash(n[n.length - 1])),
				RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM));
	}

	static ASN1ObjectIdentifier kdf(String name) {
		switch (name) {
		case "ecdh-sha1": return CMSAlgorithm.ECDH_SHA1KDF;
		case "ecdh-sha224": return CMSAlgorithm.ECDH_SHA224KDF;
		case "ecdh-sha256": return CMSAlgorithm.ECDH_SHA256KDF;
		case "ecdh-sha384": return CMSAlgorithm.ECDH_SHA384KDF;
		case "ecdh-sha512": return CMSAlgorithm.ECDH_SHA512KDF;
		case "eccdh-sha1": return CMSAlgorithm.ECCDH_SHA1KDF;
		case "eccdh-sha224": return CMSAlgorithm.ECCDH_SHA224KDF;
		case "eccdh-sha256": return CMSAlgorithm.ECCDH_SHA256KDF;
		case "eccdh-sha384": return CMSAlgorithm.ECCDH_SHA384KDF;
		case "eccdh-sha512": return CMSAlgorithm.ECCDH_SHA512KDF;
		}
		throw new IllegalArgumentException(name);
	}

	static ASN1ObjectIdentifier wrap(String name) {
		return name.equals("aes128") ? CMSAlgorithm.AES128_WRAP : name.equals("aes192") ? CMSAlgorithm.AES192_WRAP
				: name.equals("3des") ? CMSAlgorithm.DES_EDE3_WRAP : CMSAlgorithm.AES256_WRAP;
	}

	static RecipientInfoGenerator recipient(String word) throws Exception {
		String[] parts = word.split("=");
		boolean keyid = parts[0].endsWith(",keyid");
		String kind = keyid ? parts[0].substring(0, parts[0].length() - 6) : parts[0];
		X509Certificate cert = cert(parts[1]);
		byte[] ski = new JcaX509ExtensionUtils().createSubjectKeyIdentifier(cert.getPublicKey())
				.getKeyIdentifier();
		if (kind.startsWith("oaep-")) {
			AlgorithmIdentifier alg = oaep(kind.substring(5));
			return (keyid ? new JceKeyTransRecipientInfoGenerator(ski, alg, cert.getPublicKey())
					: new JceKeyTransRecipientInfoGenerator(cert, alg)).setProvider("BC");
		}
		if (kind.equals("v15"))
			return (keyid ? new JceKeyTransRecipientInfoGenerator(ski, cert.getPublicKey())
					: new JceKeyTransRecipientInfoGenerator(cert)).setProvider("BC");
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
		int bits = ((ECPublicKey) cert.getPublicKey()).getParams().getCurve().getField().getFieldSize();
		generator.initialize(new ECGenParameterSpec("secp" + bits + "r1"));
		KeyPair pair = generator.generateKeyPair();
		JceKeyAgreeRecipientInfoGenerator g = new JceKeyAgreeRecipientInfoGenerator(
				kdf(kind.split("/")[0]), pair.getPrivate(), pair.getPublic(),
				wrap(kind.contains("/") ? kind.split("/")[1] : "aes256")).setProvider("BC");
		for (int i = 2; i < parts.length; i++) /* several keys in one RecipientInfo */
			g.addRecipient(cert(parts[i]));
		return keyid ? g.addRecipient(ski, cert.getPublicKey()) : g.addRecipient(cert);
	}

	/* cipher: "256", or "256a" with attributes of both kinds. */
	static void seal(String content, String out, String size, String encoding,
			String[] recipients) throws Exception {
		boolean attributes = size.endsWith("a");
		String cipher = size.replace("a", "");
		ASN1ObjectIdentifier oid = cipher.equals("128") ? CMSAlgorithm.AES128_GCM
				: cipher.equals("192") ? CMSAlgorithm.AES192_GCM : CMSAlgorithm.AES256_GCM;
		OutputAEADEncryptor encryptor = (OutputAEADEncryptor) new JceCMSContentEncryptorBuilder(oid)
				.setProvider("BC").build();
		byte[] data = Files.readAllBytes(Path.of(content));
		CMSAuthEnvelopedDataGenerator g = new CMSAuthEnvelopedDataGenerator();
		for (String r : recipients)
			g.addRecipientInfoGenerator(recipient(r));
		if (attributes) {
			g.setAuthenticatedAttributeGenerator(new SimpleAttributeTableGenerator(hints()));
			g.setUnauthenticatedAttributeGenerator(new SimpleAttributeTableGenerator(hints()));
		}
		Files.write(Path.of(out), g.generate(new CMSProcessableByteArray(data), encryptor)
				.toASN1Structure().getEncoded(encoding));
	}

	static AttributeTable hints() {
		ASN1EncodableVector attributes = new ASN1EncodableVector();
		attributes.add(new Attribute(CMSAttributes.contentHint, new DERSet(new DERUTF8String("hint"))));
		return new AttributeTable(attributes);
	}

	/* EnvelopedData, whole or as a stream. Unprotected attributes where it is whole. */
	static void envelop(String content, String out, String cipher, String encoding,
			String[] recipients) throws Exception {
		ASN1ObjectIdentifier oid = cipher.equals("aes-128-cbc") ? CMSAlgorithm.AES128_CBC
				: cipher.equals("aes-192-cbc") ? CMSAlgorithm.AES192_CBC
				: cipher.equals("des-ede3-cbc") ? CMSAlgorithm.DES_EDE3_CBC
				: cipher.equals("rc2-cbc") ? CMSAlgorithm.RC2_CBC
				: cipher.equals("camellia-128-cbc") ? CMSAlgorithm.CAMELLIA128_CBC : CMSAlgorithm.AES256_CBC;
		OutputEncryptor encryptor = new JceCMSContentEncryptorBuilder(oid).setProvider("BC").build();
		byte[] data = Files.readAllBytes(Path.of(content));
		if (encoding.equals("stream")) {
			CMSEnvelopedDataStreamGenerator g = new CMSEnvelopedDataStreamGenerator();
			for (String r : recipients)
				g.addRecipientInfoGenerator(recipient(r));
			try (OutputStream file = Files.newOutputStream(Path.of(out));
					OutputStream to = g.open(file, encryptor)) {
				to.write(data);
			}
			return;
		}
		CMSEnvelopedDataGenerator g = new CMSEnvelopedDataGenerator();
		g.setUnprotectedAttributeGenerator(new SimpleAttributeTableGenerator(hints()));
		for (String r : recipients)
			g.addRecipientInfoGenerator(recipient(r));
		Files.write(Path.of(out), g.generate(new CMSProcessableByteArray(data), encryptor)
				.toASN1Structure().getEncoded(encoding));
	}

	public static void main(String[] args) throws Exception {
		Security.addProvider(new BouncyCastleProvider());
		for (String line : Files.readAllLines(Path.of(args[0]))) {
			String[] w = line.trim().split(" +");
			try {
				if (w[0].equals("open"))
					open(w[1], w[2], w[3], w[4]);
				else if (w[0].equals("openplain"))
					openPlain(w[1], w[2], w[3], w[4]);
				else if (w[0].equals("envelop"))
					envelop(w[1], w[2], w[3], w[4], Arrays.copyOfRange(w, 5, w.length));
				else
					seal(w[1], w[2], w[3], w[4], Arrays.copyOfRange(w, 5, w.length));
			} catch (Exception e) {
				System.err.println("failed: " + line);
				throw e;
			}
		}
	}
}
