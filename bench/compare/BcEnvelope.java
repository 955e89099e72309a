/*
 * BcEnvelope - a peer for the benchmarks: EnvelopedData, AES-256-CBC, RSA, by Bouncy Castle's streaming classes.
 *
 *	java -cp ... BcEnvelope seal CERT IN OUT
 *	java -cp ... BcEnvelope open KEY IN OUT
 *
 * CERT is PEM, KEY is PEM in PKCS#8 without a passphrase. The envelope has to have one recipient.
 */
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataParser;
import org.bouncycastle.cms.CMSEnvelopedDataStreamGenerator;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

public class BcEnvelope {
	static final int BLOCK = 1 << 18;

	static X509Certificate cert(String file) throws Exception {
		try (InputStream in = new FileInputStream(file)) {
			return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
		}
	}

	static PrivateKey key(String file) throws Exception {
		try (PEMParser parser = new PEMParser(new FileReader(file))) {
			return new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parser.readObject());
		}
	}

	static void copy(InputStream in, OutputStream out) throws Exception {
		byte[] block = new byte[BLOCK];
		int n;

		while ((n = in.read(block)) > 0)
			out.write(block, 0, n);
	}

	static void seal(String cert, InputStream in, OutputStream out) throws Exception {
		CMSEnvelopedDataStreamGenerator generator = new CMSEnvelopedDataStreamGenerator();

		generator.setBufferSize(BLOCK);
		generator.addRecipientInfoGenerator(
				new JceKeyTransRecipientInfoGenerator(cert(cert)).setProvider("BC"));
		try (OutputStream sealed = generator.open(out,
				new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).setProvider("BC").build())) {
			copy(in, sealed);
		}
	}

	static void open(String key, InputStream in, OutputStream out) throws Exception {
		CMSEnvelopedDataParser parser = new CMSEnvelopedDataParser(in);
		RecipientInformation recipient = parser.getRecipientInfos().getRecipients().iterator().next();

		copy(recipient.getContentStream(new JceKeyTransEnvelopedRecipient(key(key)).setProvider("BC"))
				.getContentStream(), out);
	}

	public static void main(String[] args) throws Exception {
		Security.addProvider(new BouncyCastleProvider());
		try (InputStream in = new BufferedInputStream(new FileInputStream(args[2]), BLOCK);
				OutputStream out = new BufferedOutputStream(new FileOutputStream(args[3]), BLOCK)) {
			if (args[0].equals("seal"))
				seal(args[1], in, out);
			else
				open(args[1], in, out);
		}
	}
}
